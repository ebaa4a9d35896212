// SPDX-License-Identifier: Apache-2.0
import Storage

/// Gives events their places in an enterprise's log.
///
/// On PostgreSQL a transaction that began earlier may commit later, and nobody who follows the log may have passed the place of
/// its events by then. So an event has no place when it is written, and gets the next one once it is seen to be committed: in the
/// order of writing, which is the order of the subject's own history, since who writes into that holds the subject. Only those
/// who give places wait for each other.
package enum LogOrder {
    private static let atOnce = 2000

    /// Gives places to what waits for one.
    /// - Returns: whether there may be more.
    package static func settle(_ enterprise: ID<Enterprise>, _ tx: Transaction) throws -> Bool {
        guard tx.engine == .postgres else { return false }
        try hold(enterprise, tx)
        let head = try head(of: enterprise, tx)
        let placed = try tx.run(
            """
            UPDATE events e SET position = \(head) + w.place FROM (
                SELECT subject, sequence, ROW_NUMBER() OVER (ORDER BY arrival) AS place FROM (
                    SELECT subject, sequence, arrival FROM events
                    WHERE enterprise = \(enterprise) AND position IS NULL ORDER BY arrival LIMIT \(atOnce)
                ) AS oldest
            ) AS w
            WHERE e.enterprise = \(enterprise) AND e.subject = w.subject AND e.sequence = w.sequence
            """)
        return placed == atOnce
    }

    /// Keeps others from giving places, and from changing events that were written, until the transaction ends.
    static func hold(_ enterprise: ID<Enterprise>, _ tx: Transaction) throws { try tx.lock("log/\(enterprise)") }

    /// Enterprises with events that wait for a place.
    package static func waiting(_ tx: Transaction) throws -> [ID<Enterprise>] {
        guard tx.engine == .postgres else { return [] }
        return try tx.all("SELECT DISTINCT enterprise FROM events WHERE position IS NULL") { try $0.next() }
    }

    /// The place of the newest event that has one; 0 if none has.
    package static func head(of enterprise: ID<Enterprise>, _ tx: Transaction) throws -> Int {
        try tx.first("SELECT COALESCE(MAX(position), 0) FROM events WHERE enterprise = \(enterprise)") { try $0.next() } ?? 0
    }

    /// The heads of all enterprises.
    package static func heads(_ tx: Transaction) throws -> [ID<Enterprise>: Int] {
        let heads: [(ID<Enterprise>, Int)] = try tx.all(
            """
            SELECT n.id, COALESCE((SELECT MAX(e.position) FROM events e WHERE e.enterprise = n.id), 0) FROM enterprises n
            """
        ) { try ($0.next(), $0.next()) }
        return Dictionary(heads, uniquingKeysWith: { first, _ in first })
    }

    /// The place of the newest event about things of one sort, of each of these enterprises that has had any: another number after
    /// each commit that wrote one. One that has no place yet counts with the place that it will get.
    package static func newest(
        about sort: String, of enterprises: Set<ID<Enterprise>>, _ tx: Transaction
    ) throws -> [ID<Enterprise>: Int64] {
        let placed: SQL = """
            (SELECT e.position FROM events e WHERE e.enterprise = n.id AND e.sort = \(sort) AND e.position IS NOT NULL
                ORDER BY e.position DESC LIMIT 1)
            """
        let waiting: SQL = .perEngine(
            sqlite: "NULL",
            postgres: """
                (SELECT COALESCE((SELECT MAX(h.position) FROM events h WHERE h.enterprise = n.id), 0) + COUNT(*) FROM events w
                    WHERE w.enterprise = n.id AND w.position IS NULL AND w.arrival <= (
                        SELECT MAX(x.arrival) FROM events x
                        WHERE x.enterprise = n.id AND x.position IS NULL AND x.sort = \(sort))
                    HAVING COUNT(*) > 0)
                """)
        let places: [(ID<Enterprise>, Int64)] = try tx.all(
            "SELECT n.id, COALESCE(\(waiting), \(placed), 0) FROM enterprises n WHERE n.id IN (\(SQL.filledList(enterprises)))"
        ) { try ($0.next(), $0.next()) }
        return Dictionary(places, uniquingKeysWith: { first, _ in first })
    }
}
