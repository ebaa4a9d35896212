// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import Storage
import Web

package enum EventSchema {
    package static let migrations: [Migration] = [
        Migration(
            "events-1",
            """
            CREATE TABLE events (
                enterprise UUID NOT NULL, subject UUID NOT NULL, sequence BIGINT NOT NULL, at BIGINT NOT NULL,
                actor_kind TEXT NOT NULL, actor_id UUID, actor_name TEXT NOT NULL, means TEXT NOT NULL, cause UUID,
                sort TEXT NOT NULL, type TEXT NOT NULL, version BIGINT NOT NULL, object UUID, payload TEXT NOT NULL, position BIGINT
                \(arrival), PRIMARY KEY (enterprise, subject, sequence)
            ) \(.inKeyOrder)
            """,
            "CREATE UNIQUE INDEX events_by_position ON events (enterprise, position)",
            .perEngine(
                sqlite: "", postgres: "CREATE INDEX events_waiting ON events (enterprise, arrival) WHERE position IS NULL")
        )
    ]

    /// The order in which PostgreSQL's transactions wrote, whoever of them commits first.
    private static let arrival: SQL = .perEngine(sqlite: "", postgres: ", arrival BIGINT GENERATED ALWAYS AS IDENTITY")
}

/// An event that is about to be written.
package struct NewEvent: Sendable {
    fileprivate let hand: Hand
    fileprivate let sort: String
    fileprivate let type: String
    fileprivate let version: Int
    fileprivate let object: UUID?
    fileprivate let payload: String

    package init(_ payload: some EventPayload, object: UUID? = nil, by hand: Hand) throws {
        self.hand = hand
        sort = Swift.type(of: payload).subject
        type = Swift.type(of: payload).type
        version = Swift.type(of: payload).version
        self.object = object
        self.payload = String(decoding: try JSONText.encode(payload), as: UTF8.self)
    }
}

/// The log of one enterprise, to be written.
package struct EventLog {
    private let scope: ID<Enterprise>
    private let tx: Transaction

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    /// Appends to a subject's history. The caller holds the subject's row, so that the places have no rival.
    /// - Parameter sequence: the place of the last event before these.
    package func append(_ events: [NewEvent], to subject: UUID, after sequence: Int) throws {
        guard !events.isEmpty else { return }
        let head = try headOfOneWriter()
        let rows: [SQL] = events.enumerated().map { index, event in
            """
            (\(scope), \(subject), \(sequence + index + 1), \(event.hand.now), \(event.hand.actor.kind),
                \(event.hand.actor.uuid), \(event.hand.name), \(event.hand.means.name), \(event.hand.means.cause),
                \(event.sort), \(event.type), \(event.version), \(event.object), \(event.payload), \(head.map { $0 + index + 1 }))
            """
        }
        try tx.runLater(
            """
            INSERT INTO events (
                enterprise, subject, sequence, at, actor_kind, actor_id, actor_name, means, cause, sort, type, version,
                object, payload, position)
            VALUES \(rows.joined(separator: ", "))
            """)
        tx.afterCommit { [scope] in LogSignal.send(scope) }
    }

    /// Appends to the history of a subject whose row nobody holds.
    package func record(_ event: some EventPayload, on subject: UUID, object: UUID? = nil, by hand: Hand) throws {
        try tx.lock("events/\(scope)/\(subject)")
        let last = try tx.first(
            "SELECT MAX(sequence) FROM events WHERE enterprise = \(scope) AND subject = \(subject)"
        ) { try $0.next() as Int? } ?? nil
        try append([NewEvent(event, object: object, by: hand)], to: subject, after: last ?? 0)
    }

    /// The events at these places, the newest first.
    /// - Parameter places: a query that gives places.
    package func events(at places: SQL) throws -> [Event] {
        try tx.all(
            """
            SELECT \(EventRow.columns) FROM events WHERE enterprise = \(scope) AND position IN (\(places)) ORDER BY position DESC
            """, EventRow.read)
    }

    /// SQLite writes one transaction after another, so that an event has its place in the log at once; `nil` where it
    /// gets one later (``LogOrder``).
    private func headOfOneWriter() throws -> Int? {
        guard tx.engine == .sqlite else { return nil }
        return try tx.first("SELECT COALESCE(MAX(position), 0) FROM events WHERE enterprise = \(scope)") { try $0.next() }
    }
}

extension Desk {
    package var log: EventLog { EventLog(scope, tx) }

    /// Appends to the history of a subject whose row nobody holds.
    package func record(_ event: some EventPayload, on subject: UUID, object: UUID? = nil) throws {
        try log.record(event, on: subject, object: object, by: hand)
    }

    /// The newest events of a subject first, older than `before` if given, without those of some types.
    package func events(
        of subject: UUID, before: Int? = nil, leavingOut hidden: [String] = [], limit: Int = 50
    ) throws -> [Event] {
        try askEvents(of: subject, before: before, leavingOut: hidden, limit: limit).rows
    }

    package func askEvents(
        of subject: UUID, before: Int? = nil, leavingOut hidden: [String] = [], limit: Int = 50
    ) throws -> Later<Event> {
        let shown: SQL = hidden.isEmpty ? "" : "AND type NOT IN (\(SQL.list(hidden)))"
        return try tx.later(
            """
            SELECT \(EventRow.columns) FROM events
            WHERE enterprise = \(scope) AND subject = \(subject) AND sequence < \(before ?? Int.max) \(shown)
            ORDER BY sequence DESC LIMIT \(limit)
            """, EventRow.read)
    }

    /// All events of some types in a subject's history, the oldest first.
    package func events(of subject: UUID, only types: [String]) throws -> [Event] {
        try tx.all(
            """
            SELECT \(EventRow.columns) FROM events
            WHERE enterprise = \(scope) AND subject = \(subject) AND type IN (\(SQL.list(types))) ORDER BY sequence
            """, EventRow.read)
    }
}

enum EventRow {
    static let columns: SQL = """
        position, subject, sequence, at, actor_kind, actor_id, actor_name, means, cause, sort, type, version, object, \
        payload
        """

    static func read(_ row: inout Row) throws -> Event {
        try Event(
            position: row.next(), subject: row.next(), sequence: row.next(), at: row.next(), actorKind: row.next(),
            actor: row.next(), actorName: row.next(), means: row.next(), cause: row.next(), sort: row.next(),
            type: row.next(), version: row.next(), object: row.next(), payload: row.next())
    }
}

extension Desk {
    /// Takes out of a subject's history what is a customer's own, and strikes out where they are named.
    /// - Parameters:
    ///   - name: what they are called from then on, where they did something themselves.
    ///   - strike: what a text is without them.
    package func forget(in subject: UUID, as name: String, _ strike: (String) -> String) throws {
        try LogOrder.hold(scope, tx)
        try tx.run(
            """
            UPDATE events SET actor_name = \(name)
            WHERE enterprise = \(scope) AND subject = \(subject) AND actor_kind = 'customer'
            """)
        try rewrite(subject) { event in
            // Of a type that this program does not know nobody can say what is a customer's.
            guard let type = kernel.eventTypes[event.type] else { return event.json.mapped { _, _ in "" } }
            return event.json.mapped { name, text in type.personal.contains(name) ? "" : strike(text) }
        }
    }

    /// Strikes out, wherever a subject's history names somebody.
    package func strike(in subject: UUID, _ strike: (String) -> String) throws {
        try rewrite(subject) { $0.json.mapped { _, text in strike(text) } }
    }

    private func rewrite(_ subject: UUID, _ change: (Event) -> JSONValue) throws {
        // Whoever gives places to events changes many of them, in an order of its own.
        try LogOrder.hold(scope, tx)
        let told = try tx.all(
            """
            SELECT \(EventRow.columns) FROM events
            WHERE enterprise = \(scope) AND subject = \(subject) AND payload <> '{}'
            """, EventRow.read)
        for event in told {
            let changed = change(event)
            guard changed != event.json else { continue }
            try tx.run(
                """
                UPDATE events SET payload = \(String(decoding: changed.bytes, as: UTF8.self))
                WHERE enterprise = \(scope) AND subject = \(subject) AND sequence = \(event.sequence)
                """)
        }
    }
}

extension JSONValue {
    /// The same value with each text changed, which is told the name of the member that holds it.
    fileprivate func mapped(_ name: String = "", _ change: (String, String) -> String) -> JSONValue {
        switch self {
        case .null, .bool, .number: self
        case .string(let text): .string(change(name, text))
        case .array(let items): .array(items.map { $0.mapped(name, change) })
        case .object(let object):
            .object(JSONObject(unique: object.members.map { ($0.name, $0.value.mapped($0.name, change)) }))
        }
    }
}

extension Actor {
    fileprivate var uuid: UUID? {
        switch self {
        case .member(let id, _): id.uuid
        case .customer(let id, _), .company(let id, _): id
        case .system: nil
        }
    }
}
