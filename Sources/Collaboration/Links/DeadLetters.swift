// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// An event that did not arrive, or that the peer refused for good.
package struct DeadLetter: Sendable {
    package let id: ID<Outgoing>
    package let link: ID<Link>
    package let conversation: ID<Conversation>
    package let type: EventType
    package let code: RejectionCode
    package let detail: String?
    package let failedAt: Timestamp
}

package struct DeadLetters {
    private let scope: ID<Enterprise>
    private let tx: Transaction

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    private static let columns: SQL = "id, link, conversation, type, code, detail, failed_at"

    package func list(of link: ID<Link>, limit: Int = 100) throws -> [DeadLetter] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM outbox
            WHERE enterprise = \(scope) AND link = \(link) AND failed_at IS NOT NULL
            ORDER BY failed_at DESC LIMIT \(limit)
            """, Self.read)
    }

    /// Those of a conversation, for the case that it is about.
    package func list(of conversation: ID<Conversation>, on link: ID<Link>) throws -> [DeadLetter] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM outbox
            WHERE enterprise = \(scope) AND link = \(link) AND conversation = \(conversation)
                AND failed_at IS NOT NULL
            ORDER BY convseq
            """, Self.read)
    }

    package func count(of link: ID<Link>) throws -> Int {
        try tx.first(
            """
            SELECT count(*) FROM outbox
            WHERE enterprise = \(scope) AND link = \(link) AND failed_at IS NOT NULL
            """
        ) { try $0.next() } ?? 0
    }

    /// Sends a dead letter again. What may have arrived goes under its old id and place, so that it cannot take effect
    /// twice; what the peer has refused goes as a new event, unless what it asked is over here.
    package func sendAgain(_ id: ID<Outgoing>, from source: Address, at now: Timestamp) throws {
        let found: (ID<Link>, ID<Conversation>, Int64, [UInt8])? = try tx.first(
            """
            SELECT link, conversation, convseq, event FROM outbox
            WHERE enterprise = \(scope) AND id = \(id) AND failed_at IS NOT NULL \(.forUpdate)
            """
        ) { (try $0.next(), try $0.next(), try $0.next(), try $0.next()) }
        guard let (linkID, conversation, convseq, bytes) = found, let link = try LinkStore(scope, tx).find(linkID)
        else { throw LinkingError.noSuchLetter }
        let event = try Envelope(JSONValue(parsing: bytes))
        guard link.state != .closed || event.type.outlivesLink else { throw LinkingError.wrongState(.closed) }
        let settled: Int64? = try tx.first(
            """
            SELECT settled_out FROM conversations
            WHERE enterprise = \(scope) AND link = \(linkID) AND id = \(conversation)
            """
        ) { try $0.next() }
        if let settled, convseq > settled {
            try release(conversation, of: link.id, after: settled, at: now)
        } else {
            guard try isStillMeant(event) else { throw LinkingError.overtaken }
            try tx.run("UPDATE outbox SET failed_at = NULL WHERE enterprise = \(scope) AND id = \(id)")
            try Outbox(scope, source: source, tx).enqueue(
                Outgoing(again: event), link: link, conversation: conversation, at: now)
        }
        let destination = Destination(enterprise: scope, link: link.id)
        try tx.run(
            """
            UPDATE destinations SET failures = 0, next_attempt = 0
            WHERE enterprise = \(scope) AND link = \(link.id)
            """)
        tx.afterCommit { DeliveryBell.ring(destination) }
    }

    /// An offer that was settled here, and a contract that waits for no answer any more, would begin it all anew.
    private func isStillMeant(_ event: Envelope) throws -> Bool {
        switch event.type {
        case ContractProposedV1.type: return false
        case HandoverOfferedV1.type:
            let state: Handover.State? = try tx.first(
                "SELECT state FROM handovers WHERE enterprise = \(scope) AND id = \(event.conversation)"
            ) { try $0.next() }
            return !(state?.isSettled ?? false)
        default: return true
        }
    }

    /// Moves of ours that came too late need nobody's attention once the originator itself has ended the handover.
    func forgetOvertaken(in conversation: ID<Conversation>, on link: ID<Link>) throws {
        try tx.run(
            """
            UPDATE outbox SET failed_at = NULL
            WHERE enterprise = \(scope) AND link = \(link) AND conversation = \(conversation)
                AND failed_at IS NOT NULL AND code = \(RejectionCode.stale) AND EXISTS (
                    SELECT 1 FROM handovers h WHERE h.enterprise = outbox.enterprise AND h.id = outbox.conversation
                        AND h.link = outbox.link AND h.direction = \(Handover.Direction.incoming)
                        AND h.state IN (\(SQL.list([Handover.State.withdrawn, .expired]))))
            """)
    }

    private func release(
        _ conversation: ID<Conversation>, of link: ID<Link>, after settled: Int64, at now: Timestamp
    ) throws {
        try tx.run(
            """
            UPDATE outbox SET failed_at = NULL, code = NULL, detail = NULL, created_at = \(now)
            WHERE enterprise = \(scope) AND link = \(link) AND conversation = \(conversation) AND convseq > \(settled)
            """)
        try tx.run(
            """
            UPDATE conversations SET held_at = NULL, waits_since = \(now)
            WHERE enterprise = \(scope) AND link = \(link) AND id = \(conversation)
            """)
    }

    private static func read(_ row: inout Row) throws -> DeadLetter {
        let (id, link, conversation): (ID<Outgoing>, ID<Link>, ID<Conversation>) =
            try (row.next(), row.next(), row.next())
        let type: String = try row.next()
        return try DeadLetter(
            id: id, link: link, conversation: conversation, type: EventType(rawValue: type), code: row.next(),
            detail: row.next(), failedAt: row.next())
    }
}
