// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage

/// The limit of everything: single statements, without a server before them.
struct BareStatements: Sendable {
    let database: Database
    private let enterprise: Enterprise

    init(_ company: Company) {
        database = company.office.database
        enterprise = company.enterprise
    }

    /// Reads of one case by its number, a second.
    func rows(tasks: Int) async throws -> Double {
        try await rate(tasks) { count in
            _ = try await database.read { tx in
                try tx.first(
                    "SELECT id, title FROM cases WHERE enterprise = \(enterprise.id) AND number = \(1001 + count % 1000)"
                ) { (try $0.next() as ID<Case>, try $0.next() as String) }
            }
        }
    }

    /// Rows written by a transaction each, a second.
    func inserts(tasks: Int, rows: Int = 1) async throws -> Double {
        try await rate(tasks) { _ in
            try await database.write { tx in
                for _ in 0..<rows { try tx.run("INSERT INTO bench_rows (id, text) VALUES (\(ID<Case>()), 'a row')") }
            }
        } * Double(rows)
    }

    /// The 99th percentile of a look into the index of messages, in milliseconds.
    func matches(_ queries: [String]) async throws -> Double {
        let text = FullText<Message>("message_text")
        var times: [Double] = []
        for query in queries {
            let start = ContinuousClock.now
            _ = try await database.read { tx in try text.match(query, in: enterprise.id, limit: 30, tx) }
            times.append((ContinuousClock.now - start).milliseconds)
        }
        return times.p99
    }

    /// How often a second so many tasks together do something, over two seconds.
    private func rate(_ tasks: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        let end = start + .seconds(2)
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        try await body(task * 7919 + count)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(total) / (ContinuousClock.now - start).seconds
    }
}
