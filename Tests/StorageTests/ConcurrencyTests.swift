// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Many at once")
struct ConcurrencyTests {
    @Test("a failing write takes none of its neighbours with it", arguments: Engine.allCases)
    func neighbours(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await database.write { transaction in
                            try insert("note \(number)", transaction)
                            if number.isMultiple(of: 5) { throw Refusal() }
                            if number.isMultiple(of: 7) { try insert("forbidden", transaction) }
                        }
                        return false
                    } catch is Refusal { return true } catch StorageError.checkViolation { return true }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let expected = (0..<200).filter { !$0.isMultiple(of: 5) && !$0.isMultiple(of: 7) }
        #expect(failed == 200 - expected.count)
        #expect(Set(try await texts(database)) == Set(expected.map { "note \($0)" }))
    }

    @Test("increments under a lock lose nothing", arguments: Engine.allCases)
    func increments(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let id = try await database.write { try insert("counter", $0, number: 0) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    try await database.write { transaction in
                        let number = try transaction.first(
                            "SELECT number FROM notes WHERE id = \(id) \(.forUpdate)"
                        ) { try $0.next() as Int }
                        try transaction.run("UPDATE notes SET number = \((number ?? 0) + 1) WHERE id = \(id)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await number(id, database) == 50)
    }

    @Test("transactions that deadlock are run again", arguments: Engine.allCases)
    func deadlocks(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let ids = try await database.write { transaction in
            try ["a", "b"].map { try insert($0, transaction, number: 0) }
        }
        try await withThrowingTaskGroup { group in
            for turn in 0..<24 {
                group.addTask {
                    try await database.write { transaction in
                        for id in turn.isMultiple(of: 2) ? ids : ids.reversed() {
                            try transaction.run("UPDATE notes SET number = number + 1 WHERE id = \(id)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in ids { #expect(try await number(id, database) == 24) }
    }

    @Test("a reader sees one state, whatever is written meanwhile", arguments: Engine.allCases)
    func snapshot(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let isOpen = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        async let counts = database.read { transaction in
            let before = try count(transaction)
            isOpen.signal()
            mayGoOn.wait()
            return [before, try count(transaction)]
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isOpen.wait()
                continuation.resume()
            }
        }
        try await database.write { try insert("meanwhile", $0) }
        mayGoOn.signal()
        #expect(try await counts == [0, 0])
        #expect(try await database.read(count) == 1)
    }

    private func number(_ id: ID<Note>, _ database: Database) async throws -> Int? {
        try await database.read { transaction in
            try transaction.first("SELECT number FROM notes WHERE id = \(id)") { try $0.next() }
        }
    }
}

@Sendable private func count(_ transaction: Transaction) throws -> Int? {
    try transaction.first("SELECT count(*) FROM notes") { try $0.next() }
}
