// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// Who a customer is here, as it is given to them.
struct CustomerRecord: Encodable, Sendable {
    let name: String
    let kind: Customer.Kind
    let place: String
    let language: String
    /// Whose customer they are, if not the enterprise's own.
    let of: String?
    let since: Timestamp
    let contactPoints: [ContactPointView]

    init(_ customer: Customer, _ desk: Desk) throws {
        name = customer.name
        kind = customer.kind
        place = customer.place
        language = customer.language
        of = customer.knownThrough?.company
        since = customer.createdAt
        contactPoints = try desk.customers.contactPoints(of: customer.id).map(ContactPointView.init)
    }
}

/// A case as it is given to its customer: what they said and were told, the names of their files, and who else knows what. What
/// members wrote for themselves is not in it, nor are the details of a kind of case, some of which are such words.
struct CaseRecord: Encodable, Sendable {
    struct Said: Encodable, Sendable {
        let author: String
        let text: String
        let sentAt: Timestamp
        let files: [String]
    }

    struct Shared: Encodable, Sendable {
        let company: String
        let knows: [KnowingCompany.Known]
    }

    let number: String
    let kind: String
    let title: String
    let product: String
    let serial: String
    let openedAt: Timestamp
    let closedAt: Timestamp?
    let messages: [Said]
    let sharedWith: [Shared]

    init(_ item: Case, _ desk: Desk) throws {
        number = desk.enterprise.reference(item.number)
        kind = item.kind
        title = item.title
        product = item.product
        serial = item.serial
        openedAt = item.openedAt
        closedAt = item.closedAt
        let files = try desk.attachments.list(of: item.id)
        // Another company's customer wrote through it, and is shown nothing here.
        messages = try desk.messages.list(of: item.id, limit: .max)
            .filter { $0.audience.customer || $0.author.kind == .customer }
            .map { message in
                Said(
                    author: message.author.kind == .customer ? message.author.name : message.author.firstName,
                    text: message.body, sentAt: message.sentAt, files: (files[message.id] ?? []).map(\.name))
            }
        let journey = try desk.journey(of: item, desk.handovers.list(of: item.id))
        sharedWith = try desk.knowing(
            desk.disclosed(of: item.id), beyond: journey.branches.flatMap { $0.dropFirst() }, of: .item(item)
        ).map { Shared(company: $0.company, knows: $0.knows) }
    }
}
