// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    package var links: LinkStore { LinkStore(scope, tx, by: hand) }

    /// Puts an event about a handover in the outbox, in this transaction. Each handover is a conversation of its own.
    package func send(_ data: some EventData, about handover: Handover, over link: Link, basedOn revision: Int? = nil) throws {
        guard let source = Address(host: kernel.host, slug: enterprise.slug) else { throw IdentityError.notEstablished }
        var outgoing = Outgoing(data)
        outgoing.follow(cause, about: handover)
        outgoing.baseRevision = revision.map(Int64.init)
        outgoing.route = EventRoute(handover.route.joined(separator: " "))
        outgoing.hopsLeft = Int64(handover.hopsLeft)
        try Outbox(scope, source: source, tx).enqueue(
            outgoing, link: link, conversation: ID(handover.id.uuid), at: now)
    }

    /// How the events of these handovers are getting on.
    func deliveryHealth(of handovers: [ID<Handover>], over link: ID<Link>) throws -> DeliveryHealth {
        let waiting: Int = try tx.first(
            """
            SELECT CAST(COALESCE(SUM(last_out - settled_out), 0) AS BIGINT) FROM conversations
            WHERE enterprise = \(scope) AND link = \(link) AND id IN (\(SQL.list(handovers)))
            """
        ) { try $0.next() } ?? 0
        let lastReceipt = try tx.first(
            "SELECT last_receipt FROM destinations WHERE enterprise = \(scope) AND link = \(link)"
        ) { try $0.next() as Timestamp? } ?? nil
        let deadLetters = try deadLetters.list(of: handovers.map { ID($0.uuid) }, on: link)
        return DeliveryHealth(waiting: waiting, lastReceipt: lastReceipt, deadLetters: deadLetters)
    }
}

/// What is on its way over a link about one case.
struct DeliveryHealth: Sendable {
    let waiting: Int
    let lastReceipt: Timestamp?
    let deadLetters: [DeadLetter]
}

extension DeadLetter {
    /// `handover accepted` for `net.entente.handover.accepted.v1`.
    package var words: String { type.rawValue.split(separator: ".").dropFirst(2).dropLast().joined(separator: " ") }

    /// Why it did not arrive, or was refused.
    package var reason: String { [code.rawValue, detail].compactMap(\.self).joined(separator: ": ") }
}
