// SPDX-License-Identifier: Apache-2.0
import Foundation
import ServiceLifecycle
import Storage
import StorageTesting
import Testing

@Suite("A job")
struct JobTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func make(_ engine: Engine) async throws -> Database {
        try await TestDatabase.make(engine, migrations: [Jobs.migration])
    }

    private func enqueue(_ payload: String, at time: Timestamp, key: String? = nil, _ database: Database) async throws {
        let job = try Job(kind: "greet", payload: ["name": payload], dedupeKey: key)
        try await database.write { try Jobs.enqueue($0, job, at: time) }
    }

    private func runner(_ database: Database, _ ran: Ran, attempts: Int = 3) -> JobRunner {
        JobRunner(
            database: database,
            sorts: [
                JobSort("greet", maximumAttempts: attempts) { attempt in
                    let name = try attempt.decode([String: String].self)["name"] ?? ""
                    ran.add("\(name) \(attempt.number)")
                    if name == "failing" { throw Refusal() }
                }
            ])
    }

    @Test("runs when it is due, once", arguments: Engine.allCases)
    func due(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        try await enqueue("later", at: start + 10, database)
        try await enqueue("now", at: start, database)
        #expect(try await runner(database, ran).runDue(at: start) == 1)
        #expect(try await runner(database, ran).runDue(at: start) == 0)
        #expect(try await runner(database, ran).runDue(at: start + 10) == 1)
        #expect(ran.names == ["now 1", "later 1"])
    }

    @Test("of a transaction that is rolled back does not exist", arguments: Engine.allCases)
    func rolledBack(engine: Engine) async throws {
        let database = try await make(engine)
        let job = try Job(kind: "greet", payload: ["name": "ghost"])
        await #expect(throws: Refusal.self) {
            try await database.write { [start] transaction in
                try Jobs.enqueue(transaction, job, at: start)
                throw Refusal()
            }
        }
        #expect(try await runner(database, Ran()).runDue(at: start) == 0)
    }

    @Test("waits once per key, at the earlier of its times", arguments: Engine.allCases)
    func dedupe(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        try await enqueue("a", at: start + 60, key: "k", database)
        try await enqueue("b", at: start, key: "k", database)
        try await enqueue("c", at: start + 90, key: "k", database)
        #expect(try await runner(database, ran).runDue(at: start) == 1)
        try await enqueue("d", at: start, key: "k", database)
        #expect(try await runner(database, ran).runDue(at: start + 100) == 1)
        #expect(ran.names == ["a 1", "d 1"])
    }

    @Test("that fails is tried again, later each time, until it is dead and can be revived", arguments: Engine.allCases)
    func failure(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        let runner = runner(database, ran, attempts: 3)
        try await enqueue("failing", at: start, database)
        #expect(try await runner.runDue(at: start) == 1)
        #expect(try await runner.runDue(at: start + 1) == 0)
        #expect(try await runner.runDue(at: start + 2) == 1)
        #expect(try await runner.runDue(at: start + 5) == 0)
        #expect(try await runner.runDue(at: start + 6) == 1)
        #expect(try await runner.runDue(at: start + 86_400) == 0)
        let dead = try await database.read { try Jobs.dead($0, limit: 10) }
        #expect(dead.map(\.attempts) == [3])
        #expect(dead.map(\.error) == ["Refusal()"])
        #expect(dead.map(\.diedAt) == [start + 6])
        try await database.write { [start] in try Jobs.revive($0, dead[0].id, at: start) }
        #expect(try await runner.runDue(at: start) == 1)
        #expect(ran.names.last == "failing 1")
    }

    @Test("whose process died is run by another when its lease has ended", arguments: Engine.allCases)
    func lease(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        let second = runner(database, ran)
        let first = JobRunner(
            database: database,
            sorts: [
                JobSort("greet") { [start] _ in
                    // While the first is at it, nobody else is, until its lease ends; then its own end counts no more.
                    #expect(try await second.runDue(at: start + 299) == 0)
                    #expect(try await second.runDue(at: start + 300) == 1)
                    throw Refusal()
                }
            ], lease: .seconds(300))
        try await enqueue("twice", at: start, database)
        #expect(try await first.runDue(at: start) == 1)
        #expect(ran.names == ["twice 2"])
        #expect(try await second.runDue(at: start + 86_400) == 0)
    }

    @Test("that was put off by a clock which was ahead runs when the clock is right again", arguments: Engine.allCases)
    func clockAhead(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        let runner = runner(database, ran)
        let ahead = start + 86_400 * 365
        try await enqueue("failing", at: start, database)
        try await enqueue("planned", at: start + 7_200, database)
        #expect(try await runner.runDue(at: ahead) == 2)
        try await enqueue("planned", at: start + 7_200, database)
        #expect(try await runner.runDue(at: start) == 1)
        #expect(try await runner.runDue(at: start + 1) == 0)
        #expect(ran.names.sorted() == ["failing 1", "failing 2", "planned 1"])
    }

    @Test("is leased by one of many runners only", arguments: Engine.allCases)
    func manyRunners(engine: Engine) async throws {
        let database = try await make(engine)
        let ran = Ran()
        for number in 0..<30 { try await enqueue("\(number)", at: start, database) }
        let runner = runner(database, ran)
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { [start] in try await runner.runDue(at: start) } }
            try await group.waitForAll()
        }
        #expect(Set(ran.names).count == 30)
        #expect(ran.names.count == 30)
    }

    @Test("wakes the running service, which finishes it before it stops", arguments: Engine.allCases)
    func service(engine: Engine) async throws {
        let database = try await make(engine)
        let (finished, finish) = AsyncStream.makeStream(of: Void.self)
        let runner = JobRunner(database: database, sorts: [JobSort("greet") { _ in finish.yield() }])
        let services = ServiceGroup(services: [runner], logger: .init(label: "test"))
        try await withThrowingTaskGroup { group in
            group.addTask { try await services.run() }
            for _ in 0..<3 {
                try await enqueue("x", at: .now, database)
                for await _ in finished { break }
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
        #expect(try await runner.runDue(at: .now + 86_400) == 0)
    }
}
