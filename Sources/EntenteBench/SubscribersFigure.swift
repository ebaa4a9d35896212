// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Logging
import Office
import Storage
import Web

extension Bench {
    /// 10,000 events through five subscribers, each of which writes a row for every event; and one event through them when nothing
    /// else is to be done.
    func subscribers() async throws -> [Figure] {
        let count = 10_000
        let rates = try await repeated("events through five subscribers") { try await Followed(self).rate(of: count) }
        let waits = try await Followed(self).waits(of: 50)
        return [
            Figure(
                "\(count) events through five subscribers", "events/s", rates, .none,
                limit: "one event reaches all five after \(Figure.text(waits.median)) ms, p98 \(Figure.text(waits.sorted()[waits.count * 98 / 100])) ms"),
            Figure("from a commit until five subscribers are done, median", "ms", [waits.median], .below(100)),
        ]
    }
}

/// Something was counted.
private struct Counted: EventPayload {
    static let type = "bench.counted"
    static let subject = "bench"
    let number: Int

    func told(_ event: Event, _ scene: EventScene) -> Phrase? { nil }
}

/// A subscriber that writes a row for every event.
private protocol Counter: Subscriber {
    static var number: Int { get }
}

extension Counter {
    static var name: String { "counter-\(number)" }
    static var title: Phrase { "Counter" }

    static func take(_ events: [Event], _ desk: Desk) throws {
        for event in events {
            guard let counted = try event.data(as: Counted.self), let position = event.position else { continue }
            try desk.tx.run(
                """
                INSERT INTO bench_counts (counter, position, number) VALUES (\(number), \(position), \(counted.number))
                ON CONFLICT (counter, position) DO NOTHING
                """)
        }
    }
}

private enum First: Counter { static let number = 1 }
private enum Second: Counter { static let number = 2 }
private enum Third: Counter { static let number = 3 }
private enum Fourth: Counter { static let number = 4 }
private enum Fifth: Counter { static let number = 5 }

private enum Counting: Feature {
    static let migrations = [
        Migration(
            "bench-counts",
            """
            CREATE TABLE bench_counts (
                counter BIGINT NOT NULL, position BIGINT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (counter, position)
            )
            """)
    ]
    static let events: [any EventPayload.Type] = [Counted.self]
    static let subscribers: [any Subscriber.Type] = [First.self, Second.self, Third.self, Fourth.self, Fifth.self]
}

/// An enterprise of which five follow the log.
private struct Followed {
    let database: Database
    let kernel: Kernel
    let enterprise: Enterprise

    init(_ bench: Bench) async throws {
        let file = bench.folder.appending(path: "run-log.sqlite").path
        for name in [file, file + "-wal", file + "-shm"] { try? FileManager.default.removeItem(atPath: name) }
        let features: [any Feature.Type] = [House.self, Counting.self]
        database = try await Database.open(bench.server ?? .sqlite(path: file))
        try await database.migrate(features.migrations)
        let kernel = Kernel(features, host: "127.0.0.1") { _ in }
        self.kernel = kernel
        enterprise = try await database.write { tx in
            try EnterpriseDraft(
                name: "Velora", slug: "velora-\(Int.random(in: 0..<1_000_000))", colour: 2, place: "Ghent"
            ).create(kernel, tx, by: .commandLine(at: tx.startedAt))
        }
    }

    private func write(_ numbers: Range<Int>) async throws {
        try await database.write { [enterprise, kernel] tx in
            let desk = Desk(enterprise, .system("bench"), kernel, tx, now: tx.startedAt)
            try desk.log.append(numbers.map { try NewEvent(Counted(number: $0), by: desk.hand) }, to: UUID(), after: 0)
        }
    }

    private func arrive(_ count: Int) async throws {
        while try await database.read({ tx in
            try tx.first("SELECT COUNT(*) FROM bench_counts") { try $0.next() as Int } ?? 0
        }) < 5 * count { try await Task.sleep(for: .microseconds(500)) }
    }

    private func following<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        let subscribing = Task { [kernel, database] in
            try await Subscribing(kernel, database, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }).run()
        }
        defer { subscribing.cancel() }
        return try await body()
    }

    /// Events a second, from before the first is written until the last of the five has taken the last.
    func rate(of count: Int) async throws -> Double {
        try await database.write { try $0.run("DELETE FROM bench_counts") }
        return try await following {
            let start = ContinuousClock.now
            for first in stride(from: 0, to: count, by: 10) { try await write(first..<first + 10) }
            try await arrive(count)
            return Double(count) / (ContinuousClock.now - start).seconds
        }
    }

    /// Milliseconds from a commit until all five have taken its one event.
    func waits(of count: Int) async throws -> [Double] {
        try await database.write { try $0.run("DELETE FROM bench_counts") }
        return try await following {
            var waits: [Double] = []
            for number in 0..<count {
                try await write(number..<number + 1)
                let start = ContinuousClock.now
                try await arrive(number + 1)
                waits.append((ContinuousClock.now - start).milliseconds)
            }
            return waits
        }
    }
}
