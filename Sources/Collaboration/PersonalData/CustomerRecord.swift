// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// All that is kept of a customer and may be given to them: what they said and were told, and who else knows it. What members
/// wrote for themselves is not in it.
struct CustomerRecord: Encodable, Sendable {
    struct Matter: Encodable, Sendable {
        let number: String
        let kind: String
        let title: String
        let product: String
        let serial: String
        let openedAt: Timestamp
        let closedAt: Timestamp?
        let details: [Detail]
        let messages: [Said]
    }

    struct Said: Encodable, Sendable {
        let author: String
        let text: String
        let sentAt: Timestamp
        let files: [String]
    }

    struct Known: Encodable, Sendable {
        let company: String
        /// As contracts name it: `customer.name`.
        let field: String
        let since: Timestamp
        let takenBackAt: Timestamp?
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
    let sharedWith: [Known]

    init(_ customer: Customer, _ desk: Desk) throws {
        name = customer.name
        kind = customer.kind
        place = customer.place
        language = customer.language
        of = customer.knownThrough?.company
        since = customer.createdAt
        contactPoints = try desk.customers.contactPoints(of: customer.id).map(ContactPointView.init)
        let items = try desk.cases.find(desk.cases.all(of: customer.id))
        cases = try items.map { item in
            let files = try desk.attachments.list(of: item.id)
            return Matter(
                number: desk.enterprise.reference(item.number), kind: item.kind, title: item.title, product: item.product,
                serial: item.serial, openedAt: item.openedAt, closedAt: item.closedAt,
                details: try desk.kernel.kinds[item.kind]?.details(of: item, desk) ?? [],
                messages: try desk.messages.list(of: item.id, toCustomerOnly: true, limit: .max).map { message in
                    Said(
                        author: message.author.name, text: message.body, sentAt: message.sentAt,
                        files: (files[message.id] ?? []).map(\.name))
                })
        }
        sharedWith = try desk.disclosed(of: items.map(\.id)).map {
            Known(company: $0.company, field: $0.field.rawValue, since: $0.at, takenBackAt: $0.takenBackAt)
        }
    }
}
