// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// Counts the transactions that changed what an enterprise's lists of cases show, so that open pages see it.
///
/// A count that the transaction itself raises cannot be overtaken; the time of the newest change can, by a transaction
/// that began earlier and took longer.
enum ListChanges {
    /// On PostgreSQL a raised count stays locked until its transaction has committed: so there are several, of which each
    /// transaction takes one.
    private static let places = 16

    static func announce(_ enterprise: ID<Enterprise>, _ tx: Transaction) {
        tx.beforeCommit("cases/\(enterprise)") { tx in
            let place = tx.engine == .postgres ? Int.random(in: 0..<places) : 0
            try tx.run(
                """
                INSERT INTO list_changes (enterprise, place, changes) VALUES (\(enterprise), \(place), 1)
                ON CONFLICT (enterprise, place) DO UPDATE SET changes = list_changes.changes + 1
                """)
        }
    }

    /// How many there have been, of each of these enterprises that has had any.
    static func counts(of enterprises: Set<ID<Enterprise>>, _ tx: Transaction) throws -> [ID<Enterprise>: Int64] {
        let counts: [(ID<Enterprise>, Int64)] = try tx.all(
            """
            SELECT enterprise, CAST(SUM(changes) AS BIGINT) FROM list_changes
            WHERE enterprise IN (\(SQL.filledList(enterprises))) GROUP BY enterprise
            """
        ) { try ($0.next(), $0.next()) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }
}
