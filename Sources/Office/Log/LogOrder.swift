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
        try tx.lock("log/\(enterprise)")
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

    /// How many events each of these enterprises has had, those that wait for a place too: another number after each commit
    /// that wrote one.
    package static func counts(of enterprises: Set<ID<Enterprise>>, _ tx: Transaction) throws -> [ID<Enterprise>: Int64] {
        let waiting: SQL = .perEngine(
            sqlite: "0",
            postgres: "(SELECT COUNT(*) FROM events w WHERE w.enterprise = n.id AND w.position IS NULL)")
        let counts: [(ID<Enterprise>, Int64)] = try tx.all(
            """
            SELECT n.id, COALESCE((SELECT MAX(e.position) FROM events e WHERE e.enterprise = n.id), 0) + \(waiting)
            FROM enterprises n WHERE n.id IN (\(SQL.filledList(enterprises)))
            """
        ) { try ($0.next(), $0.next()) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }
}
