// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Networking
import Office
import Storage
import Web

/// All that a customer may see of their case: messages to them, the journey, and what was disclosed.
package struct FollowFile: Sendable {
    let item: Case
    let messages: [Message]
    let hasEarlier: Bool
    let companies: [ID<Link>: String]
    let files: [ID<Message>: [Attachment]]
    let handovers: [Handover]
    let journey: Journey
    let disclosed: [Disclosed]
    let points: [ContactPoint]
    let isErased: Bool

    init(_ id: ID<Case>, _ desk: Desk) throws {
        guard let item = try desk.cases.find(id) else { throw Missing.case }
        self.item = item
        let newest = try desk.messages.list(of: id, toCustomerOnly: true, limit: 201)
        hasEarlier = newest.count > 200
        messages = Array(newest.suffix(200))
        files = try desk.attachments.list(of: messages.map(\.id))
        handovers = try desk.handovers.list(of: id).filter { $0.direction == .outgoing }
        journey = try desk.journey(of: item, handovers)
        disclosed = try desk.disclosed(of: id)
        isErased = try item.customer.flatMap { try desk.customers.find($0)?.erasedAt } != nil
        points = try item.customer.map { try desk.customers.contactPoints(of: $0) } ?? []
        let links = Set(messages.flatMap(\.audience.links))
        companies = links.isEmpty
            ? [:] : Dictionary(try desk.links.all(links).map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// Other companies that see a message.
    func seers(of message: Message) -> [String] { message.audience.links.compactMap { companies[$0] }.sorted() }

    var preferred: ContactPoint? { points.first(where: \.isPreferred) ?? points.first }

    /// Companies that know who the customer is.
    func knownBy(_ desk: Desk) -> [String] {
        var names = [desk.enterprise.name]
        for entry in disclosed where entry.takenBackAt == nil && SharedField.personal.contains(entry.field) {
            if !names.contains(entry.company) { names.append(entry.company) }
        }
        for step in journey.branches.flatMap({ $0.dropFirst() }) where step.knowsWho {
            if !names.contains(step.company) { names.append(step.company) }
        }
        return names
    }

    /// Companies that see something of the question, but not whose it is; also those beyond the ones we asked, as far as
    /// they are named to us.
    var seenInPart: [FollowView.Part] {
        journey.branches.flatMap { $0 }.compactMap { step in
            let fields = step.sees.compactMap(SharedField.init).shown
            guard !fields.isEmpty, !step.knowsWho else { return nil }
            return FollowView.Part(company: step.company, fields: fields.map(\.rawValue))
        }
    }

    /// What a member of staff last wrote to the customer after an answer had come back.
    var answer: Message? {
        guard let settled = handovers.compactMap({ $0.answer == nil ? nil : $0.settledAt }).max() else { return nil }
        return messages.last { $0.author.kind == .member && $0.sentAt >= settled }
    }

    /// By when somebody further on has promised an answer: who has not accepted yet has promised nothing.
    var due: Timestamp? { handovers.filter { $0.state == .accepted }.compactMap(\.answerBy).max() }
}
