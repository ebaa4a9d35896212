// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// What is given to a customer who asks for their data: who they are here, what they said and were told, the names of their
/// files, and who else knows what. What members wrote for themselves is not in it, nor are the details of a kind of case, some of
/// which are such words.
struct CustomerRecord: Encodable, Sendable {
    struct Matter: Encodable, Sendable {
        let number: String
        let kind: String
        let title: String
        let product: String
        let serial: String
        let openedAt: Timestamp
        let closedAt: Timestamp?
        let messages: [Said]
    }

    struct Said: Encodable, Sendable {
        let author: String
        let text: String
        let sentAt: Timestamp
        let files: [String]
    }

    let name: String
    let kind: Customer.Kind
    let place: String
    let language: String
    /// Whose customer they are, if not the enterprise's own.
    let of: String?
    let since: Timestamp
    let contactPoints: [ContactPointView]
    let cases: [Matter]
    let sharedWith: [KnowingCompany]

    init(_ customer: Customer, _ desk: Desk) throws {
        name = customer.name
        kind = customer.kind
        place = customer.place
        language = customer.language
        of = customer.knownThrough?.company
        since = customer.createdAt
        contactPoints = try desk.customers.contactPoints(of: customer.id).map(ContactPointView.init)
        let items = try desk.cases.find(desk.cases.all(of: customer.id)).sorted { ($0.openedAt, $0.number) < ($1.openedAt, $1.number) }
        cases = try items.map { item in
            let files = try desk.attachments.list(of: item.id)
            return Matter(
                number: desk.enterprise.reference(item.number), kind: item.kind, title: item.title, product: item.product,
                serial: item.serial, openedAt: item.openedAt, closedAt: item.closedAt,
                // Another company's customer wrote through it, and is shown nothing here.
                messages: try desk.messages.list(of: item.id, limit: .max).filter {
                    $0.audience.customer || $0.author.kind == .customer
                }.map { message in
                    Said(
                        author: message.author.kind == .member ? message.author.firstName : message.author.name, text: message.body, sentAt: message.sentAt,
                        files: (files[message.id] ?? []).map(\.name))
                })
        }
        sharedWith = try desk.knowing(desk.disclosed(of: items.map(\.id)), beyond: [], of: .customer(customer.id))
    }
}
