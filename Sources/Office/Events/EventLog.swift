// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// One change, as written in the enterprise's append-only log.
package struct Event: Sendable {
    /// Position in the subject's own history: 1, 2, 3 … without gaps.
    package let sequence: Int
    package let at: Timestamp
    package let actorKind: String
    /// The member, customer or link; `nil` for a clock or a rule.
    package let actor: UUID?
    package let actorName: String
    /// What happened, as in `handover.offered`.
    package let type: String
    /// The message or handover it is about, if any.
    package let object: UUID?
    /// A few words for the timeline: a company, a stage, a reason. Never the text of a message.
    package let detail: String
}

package enum EventSchema {
    package static let migrations: [Migration] = [
        Migration(
            "events-1",
            """
            CREATE TABLE events (
                enterprise UUID NOT NULL, subject UUID NOT NULL, sequence BIGINT NOT NULL, at BIGINT NOT NULL,
                actor_kind TEXT NOT NULL, actor_id UUID, actor_name TEXT NOT NULL, type TEXT NOT NULL, object UUID,
                detail TEXT NOT NULL, PRIMARY KEY (enterprise, subject, sequence)
            )
            """
        )
    ]
}

extension Desk {
    /// Appends to a subject's history. The caller holds the subject's row, so that `sequence` has no rival.
    package func record(_ type: String, on subject: UUID, sequence: Int, object: UUID? = nil, detail: String = "") throws {
        try tx.run(
            """
            INSERT INTO events (enterprise, subject, sequence, at, actor_kind, actor_id, actor_name, type, object, detail)
            VALUES (\(scope), \(subject), \(sequence), \(now), \(actor.kind), \(actor.uuid), \(loggedName), \(type),
                \(object), \(detail))
            """)
    }

    /// Events that no timeline shows.
    private static var hidden: [String] { ["progress", "file.arrived", "file.awaited"] }

    /// The newest events that a timeline shows first, older than `before` if given.
    package func events(of subject: UUID, before: Int? = nil, limit: Int = 50) throws -> [Event] {
        try tx.all(
            """
            SELECT sequence, at, actor_kind, actor_id, actor_name, type, object, detail FROM events
            WHERE enterprise = \(scope) AND subject = \(subject) AND sequence < \(before ?? Int.max)
                AND type NOT IN (\(SQL.list(Self.hidden)))
            ORDER BY sequence DESC LIMIT \(limit)
            """
        ) { row in
            try Event(
                sequence: row.next(), at: row.next(), actorKind: row.next(), actor: row.next(), actorName: row.next(),
                type: row.next(), object: row.next(), detail: row.next())
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
