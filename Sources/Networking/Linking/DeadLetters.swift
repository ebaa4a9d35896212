// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Office
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
    /// Whether it makes sense, and can be, to send it again.
    package let canBeSentAgain: Bool
}

package struct DeadLetters {
    private let scope: ID<Enterprise>
    private let tx: Transaction
    private let rules: [LetterRule]

    package init(_ scope: ID<Enterprise>, _ tx: Transaction, rules: [LetterRule]) {
        self.scope = scope
        self.tx = tx
        self.rules = rules
    }

    package func list(of link: ID<Link>, limit: Int = 100) throws -> [DeadLetter] {
        try list(where: "link = \(link)", "ORDER BY o.failed_at DESC LIMIT \(limit)")
    }

    /// Those of some conversations, for the case that they are about.
    package func list(of conversations: [ID<Conversation>], on link: ID<Link>, limit: Int = 20) throws -> [DeadLetter] {
        try list(
            where: "link = \(link) AND o.conversation IN (\(SQL.list(conversations)))",
            "ORDER BY o.failed_at LIMIT \(limit)")
    }

    private func list(where condition: SQL, _ order: SQL) throws -> [DeadLetter] {
        try tx.all(
            """
            SELECT o.id, o.link, o.conversation, o.type, o.code, o.detail, o.failed_at, o.convseq > c.settled_out,
                l.state, o.event FROM outbox o
            JOIN links l ON l.enterprise = o.enterprise AND l.id = o.link
            JOIN conversations c ON c.enterprise = o.enterprise AND c.link = o.link AND c.id = o.conversation
            WHERE o.enterprise = \(scope) AND o.failed_at IS NOT NULL AND o.\(condition) \(order)
            """, read)
    }

    package static func count(of link: Link, _ tx: Transaction) throws -> Int {
        try tx.first(
            """
            SELECT count(*) FROM outbox
            WHERE enterprise = \(link.enterprise) AND link = \(link.id) AND failed_at IS NOT NULL
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
            // It may have arrived, and what follows it waits.
            try release(conversation, of: link.id, after: settled, at: now)
        } else {
            guard try isStillMeant(event, in: conversation) else {
                throw LinkingError.overtaken
            }
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

    private func isStillMeant(_ event: Envelope, in conversation: ID<Conversation>) throws -> Bool {
        guard !event.isErased else { return false }
        return try rules.filter { $0.type == event.type }.allSatisfy { try $0.isStillMeant(conversation, scope, tx) }
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

    private func read(_ row: inout Row) throws -> DeadLetter {
        let (id, link, conversation): (ID<Outgoing>, ID<Link>, ID<Conversation>) =
            try (row.next(), row.next(), row.next())
        let (name, code, detail): (String, RejectionCode, String?) = try (row.next(), row.next(), row.next())
        let (failedAt, isHeld): (Timestamp, Bool) = try (row.next(), row.next())
        let (linkState, bytes): (Link.State, [UInt8]) = try (row.next(), row.next())
        let type = EventType(rawValue: name)
        let canGo = linkState != .closed || type.outlivesLink
        return DeadLetter(
            id: id, link: link, conversation: conversation, type: type, code: code, detail: detail, failedAt: failedAt,
            canBeSentAgain: try canGo && (isHeld || isStillMeant(Envelope(JSONValue(parsing: bytes)), in: conversation)))
    }
}

extension Envelope {
    /// Whether its content was erased after it had been delivered.
    package var isErased: Bool { data == .object([:]) }
}

extension Desk {
    /// What did not arrive at linked companies, or was refused there for good.
    package var deadLetters: DeadLetters { DeadLetters(scope, tx, rules: kernel.letterRules) }
}
