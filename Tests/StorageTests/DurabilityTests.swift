// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Durability")
struct DurabilityTests {
    @Test("a database that is closed leaves nothing beside its file, also where it was read")
    func closed() async throws {
        let location = try await TestDatabase.makeLocation(.sqlite, migrations: notes)
        guard case .sqlite(let path) = location else { return }
        let database = try await Database.open(location)
        try await database.write { try insert("one", $0) }
        for _ in 0..<4 { #expect(try await texts(database) == ["one"]) }
        await database.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: path + "-shm"))
    }

    @Test("SQLite flushes every commit, enforces references and keeps a write-ahead log")
    func settings() async throws {
        let database = try await TestDatabase.make(.sqlite)
        let settings = try await database.write { transaction in
            [
                try transaction.first("PRAGMA synchronous") { try $0.next() as Int }.map(String.init),
                try transaction.first("PRAGMA foreign_keys") { try $0.next() as Int }.map(String.init),
                try transaction.first("PRAGMA journal_mode") { try $0.next() as String },
            ]
        }
        #expect(settings == ["2", "1", "wal"])
    }

    @Test("what was written when the process was killed is there afterwards, whole", arguments: Engine.allCases)
    func killed(engine: Engine) async throws {
        let location = try await TestDatabase.makeLocation(engine, migrations: notes)
        let address =
            switch location {
            case .sqlite(let path): "sqlite:" + path
            case .postgres(let url): url
            case .sqliteInMemory: ""
            }
        await #expect(processExitsWith: .signal(SIGKILL)) { [address = address as String] in
            let database = try await Database.open(try Location(parsing: address))
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask { try await database.write { try insert("note", $0, number: number) } }
                }
                try await group.waitForAll()
            }
            // This one is under way when the process dies.
            try await database.write { transaction in
                try insert("never", transaction)
                kill(getpid(), SIGKILL)
            }
        }
        let database = try await Database.open(location)
        #expect(try await texts(database) == Array(repeating: "note", count: 50))
        await database.close()
    }

    @Test("a database in memory is empty at first and writable")
    func inMemory() async throws {
        let database = try await Database.open(.sqliteInMemory)
        try await database.migrate(notes)
        try await database.write { try insert("kept", $0) }
        #expect(try await texts(database) == ["kept"])
        await database.close()
    }
}
