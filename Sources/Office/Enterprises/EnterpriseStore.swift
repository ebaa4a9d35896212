// SPDX-License-Identifier: Apache-2.0
import Storage

/// The enterprises of this node. The only store without an enterprise's scope: it is where scopes come from.
package struct EnterpriseStore {
    private let tx: Transaction

    package init(_ tx: Transaction) { self.tx = tx }

    private static let columns: SQL = "id, slug, name, colour, place, intro, language, time_zone, prefix, follow_days, switched_off"

    package func find(slug: String) throws -> Enterprise? {
        try tx.first("SELECT \(Self.columns) FROM enterprises WHERE slug = \(slug)", Self.read)
    }

    package func find(_ id: ID<Enterprise>) throws -> Enterprise? {
        try tx.first("SELECT \(Self.columns) FROM enterprises WHERE id = \(id)", Self.read)
    }

    package func all() throws -> [Enterprise] {
        try tx.all("SELECT \(Self.columns) FROM enterprises ORDER BY slug", Self.read)
    }

    package func add(_ enterprise: Enterprise) throws {
        try tx.run(
            """
            INSERT INTO enterprises (\(Self.columns), created_at) VALUES (
                \(enterprise.id), \(enterprise.slug), \(enterprise.name), \(enterprise.colour), \(enterprise.place),
                \(enterprise.intro), \(enterprise.language), \(enterprise.timeZone), \(enterprise.prefix),
                \(enterprise.followDays), \(enterprise.switchedOff.sorted().joined(separator: " ")), \(tx.startedAt))
            """)
    }

    package func save(_ enterprise: Enterprise) throws {
        try tx.run(
            """
            UPDATE enterprises SET name = \(enterprise.name), colour = \(enterprise.colour), place = \(enterprise.place),
                intro = \(enterprise.intro), language = \(enterprise.language), time_zone = \(enterprise.timeZone),
                follow_days = \(enterprise.followDays)
            WHERE id = \(enterprise.id)
            """)
    }

    /// Apart from the rest, so that who renames the enterprise meanwhile switches nothing back.
    package func switchOff(_ features: Set<String>, of enterprise: ID<Enterprise>) throws {
        try tx.run(
            "UPDATE enterprises SET switched_off = \(features.sorted().joined(separator: " ")) WHERE id = \(enterprise)")
    }

    private static func read(_ row: inout Row) throws -> Enterprise {
        try Enterprise(
            id: row.next(), slug: row.next(), name: row.next(), colour: row.next(), place: row.next(),
            intro: row.next(), language: row.next(), timeZone: row.next(), prefix: row.next(),
            followDays: row.next(), switchedOff: Set((row.next() as String).split(separator: " ").map(String.init)))
    }
}
