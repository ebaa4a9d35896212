// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage

/// One field of a case and when a company that is asked gets to see it. The preview shows exactly these, and what goes
/// on the wire is filled from exactly these.
package struct Disclosure: Sendable {
    package let field: SharedField
    /// What it says now; shown in the preview.
    package let value: String
    package let sharing: Sharing
}

extension SharedField {
    /// English; translated where it is shown.
    package var title: String {
        switch self {
        case .title: "Title"
        case .ask: "What is asked"
        case .question: "The customer's question"
        case .product: "Product"
        case .serial: "Serial number"
        case .place: "Town"
        case .language: "Language"
        case .details: "Details"
        case .journey: "The way so far"
        case .attachments: "Attachments"
        case .messages: "What the customer adds"
        case .customerName: "Customer's name"
        case .customerContact: "Customer's contact"
        case .customerPlace: "Customer's place"
        }
    }
}

/// What of a case may cross a link, each part once.
struct Shareable {
    let item: Case
    let question: Message?
    let attachments: [Attachment]
    let customer: Customer?
    let contactPoints: [ContactPoint]
    let details: JSONValue?
    /// The companies that have had it, under the names that the next one may know.
    let way: [JourneyStep]

    /// What has been read of a case before.
    struct Known {
        let customer: Customer?
        let contactPoints: [ContactPoint]
        /// All of the case.
        let files: [ID<Message>: [Attachment]]
    }

    init(_ item: Case, way: [JourneyStep] = [], knowing known: Known? = nil, _ desk: Desk) throws {
        self.way = way
        self.item = item
        // Only the customer's own words, or those that came with the case, are the question; a note of ours never is.
        question = try desk.messages.first(of: item.id)
        attachments = try question.map { try (known?.files ?? desk.attachments.list(of: [$0.id]))[$0.id] ?? [] } ?? []
        if let known {
            (customer, contactPoints) = (known.customer, known.contactPoints)
        } else {
            let found = try item.customer.flatMap { try desk.customers.find($0) }
            customer = found
            contactPoints = try found.map { try desk.customers.contactPoints(of: $0.id) } ?? []
        }
        details = try desk.kernel.kinds[item.kind]?.sharedDetails(of: item, desk)
    }

    /// The fields that have something to share, with what the contract says of each. What a case that came over a link
    /// says of its customer goes on only where that link's contract lets it.
    func disclosures(under contract: Contract, cameUnder upstream: Contract?) -> [Disclosure] {
        var values: [(SharedField, String)] = [(.title, item.title)]
        if let question { values.append((.question, question.body)) }
        if !item.product.isEmpty { values.append((.product, item.product)) }
        if !item.serial.isEmpty { values.append((.serial, item.serial)) }
        if !attachments.isEmpty { values.append((.attachments, attachments.map(\.name).joined(separator: ", "))) }
        if let details { values.append((.details, details.lines)) }
        if !way.isEmpty { values.append((.journey, way.map(\.company).joined(separator: ", "))) }
        if let customer {
            values.append((.language, customer.language))
            values.append((.customerName, customer.name))
            if !contactPoints.isEmpty {
                values.append((.customerContact, contactPoints.map(\.value).joined(separator: ", ")))
            }
            if !customer.place.isEmpty { values.append((.customerPlace, customer.place)) }
        }
        return values.map { field, value in
            let mayPass = upstream.map { $0.passOn(field) != .never } ?? true
            var sharing = mayPass ? contract.fields[field]?.shared ?? .never : .never
            // Who the customer is goes on acceptance at the earliest, whatever a contract says.
            if sharing == .beforeAcceptance, field == .customerName || field == .customerContact { sharing = .afterAcceptance }
            return Disclosure(field: field, value: value, sharing: sharing)
        }
    }
}

extension JSONValue {
    /// The members of an object, as the preview shows them: `boughtOn` is "bought on".
    fileprivate var lines: String {
        (object?.members ?? []).map { member in
            let words = member.name.flatMap { $0.isUppercase ? " \($0.lowercased())" : String($0) }
            return "\(String(words)): \(member.value.string ?? String(decoding: member.value.bytes, as: UTF8.self))"
        }
        .joined(separator: "; ")
    }
}
