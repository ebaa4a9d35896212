// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Office
import Storage

/// An event to be sent, without what the outbox gives it: its id, its place in the conversation, its link.
package struct Outgoing: Sendable {
    package var type: EventType
    package var data: JSONValue
    package var subject: String?
    package var causationID: UUID?
    /// The revision of the receiver's state that we have seen.
    package var baseRevision: Int64?
    package var route = EventRoute()
    package var hopsLeft: Int64 = Limits.hops
    package var expiresAt: Timestamp?
    package var traceparent: String?

    package init<Value: EventData>(_ data: Value) {
        type = Value.type
        self.data = data.json
    }

    /// What an event said, to be said anew.
    package init(again event: Envelope) {
        type = event.type
        data = event.data
        subject = event.subject
        causationID = event.causationid
        baseRevision = event.baserev
        route = event.route
        hopsLeft = event.hopsleft
        traceparent = event.traceparent
    }
}

/// What is to go to linked enterprises. It is written in the business transaction: either both happen, or neither.
package struct Outbox {
    private let scope: ID<Enterprise>
    private let tx: Transaction
    /// Our own address, the `source` of every event.
    private let source: Address

    package init(_ scope: ID<Enterprise>, source: Address, _ tx: Transaction) {
        self.scope = scope
        self.source = source
        self.tx = tx
    }

    /// Takes the next place in the conversation, under the lock of its row, so that the order of commits is the order
    /// of places. Delivery is woken after the commit.
    ///
    /// Once the link takes nothing any more, the event is a dead letter at once. A type that outlives the link goes all
    /// the same, in a conversation of its own: in its old one it would wait for what never went.
    @discardableResult
    package func enqueue(
        _ outgoing: Outgoing, link: Link, conversation: ID<Conversation>, at now: Timestamp
    ) throws -> ID<Outgoing> {
        let isOver = try isOver(link.id, at: now)
        let outlives = isOver && outgoing.type.outlivesLink
        let id = try place(outgoing, link: link, conversation: outlives ? ID() : conversation, at: now)
        if isOver && !outlives { try fail(id, in: conversation, of: link.id, at: now) }
        return id
    }

    private func place(
        _ outgoing: Outgoing, link: Link, conversation: ID<Conversation>, at now: Timestamp
    ) throws -> ID<Outgoing> {
        let id = ID<Outgoing>()
        let (last, hash) = try take(conversation, of: link.id, at: now)
        let envelope = Envelope(
            id: id.uuid, source: source, type: outgoing.type, subject: outgoing.subject,
            time: WireTime(milliseconds: now.milliseconds), link: link.id.uuid, conversation: conversation.uuid,
            convseq: last + 1, causationid: outgoing.causationID, baserev: outgoing.baseRevision,
            route: outgoing.route, hopsleft: outgoing.hopsLeft,
            expirytime: outgoing.expiresAt.map { WireTime(milliseconds: $0.milliseconds) },
            traceparent: outgoing.traceparent ?? TraceContext.begun().traceparent, data: outgoing.data)
        let event = envelope.bytes
        guard event.count <= Limits.event else { throw OutboxError.tooLarge(outgoing.type) }
        let next = hash.adding(eventHash: Array(SHA256.hash(data: event)))
        try tx.run(
            """
            INSERT INTO outbox (enterprise, link, conversation, convseq, id, type, event, hash, created_at, expires_at)
            VALUES (\(scope), \(link.id), \(conversation), \(last + 1), \(id), \(outgoing.type.rawValue), \(event),
                \(next.bytes), \(now), \(outgoing.expiresAt))
            """)
        try tx.run(
            """
            UPDATE conversations SET last_out = \(last + 1), hash_out = \(next.bytes),
                waits_since = CASE WHEN settled_out = last_out THEN \(now) ELSE waits_since END
            WHERE enterprise = \(scope) AND link = \(link.id) AND id = \(conversation)
            """)
        let destination = Destination(enterprise: scope, link: link.id)
        tx.afterCommit { DeliveryBell.ring(destination) }
        return id
    }

    /// Whether the link has ended for good. It is held as it is until the transaction ends, so that a link cannot close
    /// between the question and the event.
    private func isOver(_ link: ID<Link>, at now: Timestamp) throws -> Bool {
        let held = SQL.perEngine(sqlite: "", postgres: "FOR SHARE")
        let found: (Link.State, Timestamp?)? = try tx.first(
            "SELECT state, closes_at FROM links WHERE enterprise = \(scope) AND id = \(link) \(held)"
        ) { (try $0.next(), try $0.next()) }
        guard let (state, closesAt) = found else { return true }
        return state == .closed || state == .closing && (closesAt.map { $0 <= now } ?? false)
    }

    private func fail(
        _ id: ID<Outgoing>, in conversation: ID<Conversation>, of link: ID<Link>, at now: Timestamp
    ) throws {
        try tx.run(
            """
            UPDATE outbox SET failed_at = \(now), code = \(RejectionCode.linkClosed)
            WHERE enterprise = \(scope) AND id = \(id)
            """)
        try tx.run(
            """
            UPDATE conversations SET held_at = \(now)
            WHERE enterprise = \(scope) AND link = \(link) AND id = \(conversation)
            """)
    }

    /// The row of the conversation, held until the transaction ends.
    private func take(
        _ conversation: ID<Conversation>, of link: ID<Link>, at now: Timestamp
    ) throws -> (last: Int64, hash: RunningHash) {
        try tx.run(
            """
            INSERT INTO conversations (enterprise, link, id, hash_out)
            VALUES (\(scope), \(link), \(conversation), \(RunningHash().bytes))
            ON CONFLICT (enterprise, link, id) DO NOTHING
            """)
        let row: (Int64, [UInt8])? = try tx.first(
            """
            SELECT last_out, hash_out FROM conversations
            WHERE enterprise = \(scope) AND link = \(link) AND id = \(conversation) \(.forUpdate)
            """
        ) { (try $0.next(), try $0.next()) }
        return row.map { ($0.0, RunningHash(bytes: $0.1)) } ?? (0, RunningHash())
    }
}

package enum OutboxError: Error, Sendable, Equatable {
    /// The event would be larger than any peer takes.
    case tooLarge(EventType)
}

/// One link of one enterprise of this node, as the place where events go to.
package struct Destination: Hashable, Sendable {
    package let enterprise: ID<Enterprise>
    package let link: ID<Link>

    package init(enterprise: ID<Enterprise>, link: ID<Link>) {
        self.enterprise = enterprise
        self.link = link
    }
}
