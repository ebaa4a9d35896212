// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Office
import Storage
import Web

/// Keeps what finds the events of one person, about one customer, or of one sort of deed.
enum AuditIndex: Subscriber {
    static let name = "audit"
    static let title: Phrase = "Audit"

    static let migrations: [Migration] = [
        Migration(
            "audit-1",
            """
            CREATE TABLE audit (
                enterprise UUID NOT NULL REFERENCES enterprises (id), position BIGINT NOT NULL, at BIGINT NOT NULL,
                deed TEXT NOT NULL, actor UUID, customer UUID, PRIMARY KEY (enterprise, position)
            ) \(.inKeyOrder)
            """,
            "CREATE INDEX audit_by_time ON audit (enterprise, at, position)",
            "CREATE INDEX audit_by_deed ON audit (enterprise, deed, position)",
            "CREATE INDEX audit_by_actor ON audit (enterprise, actor, position) WHERE actor IS NOT NULL",
            "CREATE INDEX audit_by_customer ON audit (enterprise, customer, position) WHERE customer IS NOT NULL")
    ]

    static func take(_ events: [Event], _ desk: Desk) throws {
        let labels = try desk.labels(of: events)
        let rows: [SQL] = events.compactMap { event in
            guard let position = event.position else { return nil }
            return """
                (\(desk.scope), \(position), \(event.at), \(event.deed(desk.kernel).rawValue), \(event.actor), \(labels[event.subject]?.customer))
                """
        }
        guard !rows.isEmpty else { return }
        try desk.tx.run(
            """
            INSERT INTO audit (enterprise, position, at, deed, actor, customer) VALUES \(rows.joined(separator: ", "))
            ON CONFLICT (enterprise, position) DO UPDATE SET deed = excluded.deed, customer = excluded.customer
            """)
        for event in events where event.type == ContactShared.type {
            guard let customer = event.object else { continue }
            // Who it is about is known now, also of what was before.
            try desk.tx.run(
                """
                UPDATE audit SET customer = \(customer) WHERE enterprise = \(desk.scope) AND position IN (
                    SELECT position FROM events WHERE enterprise = \(desk.scope) AND subject = \(event.subject))
                """)
        }
    }
}

/// What of the log is asked for.
struct AuditFilter: Sendable, Equatable {
    var deed: Deed?
    var actor: UUID?
    var customer: UUID?
    /// Moments; `until` is left out.
    var since: Timestamp?
    var until: Timestamp?
}

extension Desk {
    /// Events of the log, the newest first, older than a place.
    func audit(_ filter: AuditFilter, before: Int? = nil, limit: Int) throws -> [Event] {
        var conditions: [SQL] = ["a.enterprise = \(scope)"]
        if let deed = filter.deed { conditions.append("a.deed = \(deed.rawValue)") }
        if let actor = filter.actor { conditions.append("a.actor = \(actor)") }
        if let customer = filter.customer { conditions.append("a.customer = \(customer)") }
        if let since = filter.since { conditions.append("a.at >= \(since)") }
        if let until = filter.until { conditions.append("a.at < \(until)") }
        if let before { conditions.append("a.position < \(before)") }
        return try log.events(
            at: "SELECT a.position FROM audit a WHERE \(conditions.joined(separator: " AND ")) ORDER BY a.position DESC LIMIT \(limit)")
    }
}
