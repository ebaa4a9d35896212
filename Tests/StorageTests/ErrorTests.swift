// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("A refused statement says why")
struct ErrorTests {
    @Test("a second row with the same values names table and columns", arguments: Engine.allCases)
    func unique(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let id = try await database.write { try insert("one", $0, number: 1) }
        await #expect(throws: StorageError.uniqueViolation(table: "notes", columns: ["id"])) {
            try await database.write { try insert("two", $0, id: id) }
        }
        await #expect(throws: StorageError.uniqueViolation(table: "notes", columns: ["number", "text"])) {
            try await database.write { try insert("one", $0, number: 1) }
        }
    }

    @Test("a reference to nothing", arguments: Engine.allCases)
    func foreignKey(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        await #expect(throws: StorageError.foreignKeyViolation(table: engine == .postgres ? "notes" : nil)) {
            try await database.write { try insert("orphan", $0, parent: ID()) }
        }
    }

    @Test("a rule by its name, and a missing value by its column", arguments: Engine.allCases)
    func checkAndNotNull(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        await #expect(throws: StorageError.checkViolation(constraint: "not_forbidden")) {
            try await database.write { try insert("forbidden", $0) }
        }
        await #expect(throws: StorageError.notNullViolation(table: "notes", column: "text")) {
            try await database.write { try $0.run("INSERT INTO notes (id) VALUES (\(ID<Note>()))") }
        }
    }

    @Test("a broken deferred rule fails its own transaction only", arguments: Engine.allCases)
    func deferred(engine: Engine) async throws {
        let database = try await TestDatabase.make(
            engine,
            migrations: notes + [
                Migration(
                    "deferred",
                    "CREATE TABLE pins (note UUID NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")
            ])
        let ran = Ran()
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        try await database.write { transaction in
                            let id = ID<Note>()
                            try transaction.run("INSERT INTO pins (note) VALUES (\(id))")
                            if !number.isMultiple(of: 4) { try insert("note", transaction, id: id) }
                            transaction.afterCommit { ran.add("committed") }
                        }
                        return false
                    } catch {
                        return error as? StorageError == .foreignKeyViolation(table: engine == .postgres ? "pins" : nil)
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 5)
        #expect(ran.names.count == 15)
        #expect(try await texts(database).count == 15)
    }

    @Test(
        "a server that is not there", arguments: ["postgresql:///nothing?host=/nonexistent", "sqlite:/nonexistent/deep/x"])
    func unreachable(address: String) async throws {
        let location = try Location(parsing: address)
        do {
            _ = try await Database.open(location)
            Issue.record("opened")
        } catch StorageError.connectionLost(let message) {
            #expect(!message.isEmpty)
        }
    }

    @Test("a connection that the server ended; the next transaction opens another")
    func lostConnection() async throws {
        let location = try await TestDatabase.makeLocation(.postgres, migrations: notes)
        let database = try await Database.open(location, connections: 1)
        let other = try await Database.open(location, connections: 1)
        let ownProcess: SQL = "SELECT pg_backend_pid()"
        let process = try await database.read { try $0.first(ownProcess) { try $0.next() as Int } }
        try await other.write { try $0.run("SELECT pg_terminate_backend(CAST(\(process) AS INTEGER), 5000)") }
        #expect(try await texts(database) == [])
        do {
            try await database.write { try $0.run("SELECT pg_terminate_backend(pg_backend_pid())") }
            Issue.record("committed")
        } catch StorageError.connectionLost {}
        try await database.write { try insert("after", $0) }
        #expect(try await texts(database) == ["after"])
    }

    @Test("an address that is none", arguments: ["", "sqlite:", "mysql://x", "/tmp/x.sqlite", "sqlite:/"])
    func badAddress(address: String) {
        #expect(throws: StorageError.self) { try Location(parsing: address) }
    }
}
