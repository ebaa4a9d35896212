// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Synchronization
import Testing

@Suite("A transaction")
struct TransactionTests {
    @Test("keeps what it wrote", arguments: Engine.allCases)
    func commit(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let id = try await database.write { try insert("hello", $0) }
        #expect(try await texts(database) == ["hello"])
        let changed = try await database.write { transaction in
            [
                try transaction.run("UPDATE notes SET text = 'changed' WHERE id = \(id)"),
                try transaction.run("UPDATE notes SET text = 'changed' WHERE id = \(ID<Note>())"),
                try transaction.first("SELECT 1") { try $0.next() as Int } ?? 0,
                try transaction.run("DELETE FROM notes"),
            ]
        }
        #expect(changed == [1, 0, 1, 1])
    }

    @Test("that throws leaves nothing behind", arguments: Engine.allCases)
    func rollback(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        await #expect(throws: Refusal.self) {
            try await database.write { transaction in
                try insert("lost", transaction)
                throw Refusal()
            }
        }
        #expect(try await texts(database) == [])
    }

    @Test("says its last words once, at the end and within it", arguments: Engine.allCases)
    func lastWords(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { transaction in
            for text in ["b", "a", "b"] { transaction.beforeCommit(text) { try insert("last \(text)", $0) } }
            do {
                try transaction.savepoint {
                    transaction.beforeCommit("c") { try insert("never", $0) }
                    throw Refusal()
                }
            } catch is Refusal {}
            try insert("first", transaction)
        }
        #expect(try await Set(texts(database)) == ["first", "last a", "last b"])
        await #expect(throws: Refusal.self) {
            try await database.write { transaction in
                try insert("lost", transaction)
                transaction.beforeCommit("x") { _ in throw Refusal() }
            }
        }
        #expect(try await texts(database).count == 3)
    }

    @Test("counts its statements, and so does its database", arguments: Engine.allCases)
    func counted(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let before = database.statementCount
        let counted = try await database.read { transaction in
            for _ in 0..<3 { _ = try transaction.first("SELECT 1") { try $0.next() as Int } }
            return transaction.statementCount
        }
        #expect(counted == 3)
        #expect(database.statementCount == before + 3)
    }

    @Test("answers what is asked for later as it stood when it was asked for", arguments: Engine.allCases)
    func later(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { transaction in
            let none = try transaction.later("SELECT text FROM notes") { try $0.next() as String }
            let id = ID<Note>()
            try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(id), 'one')")
            let one = try transaction.later("SELECT text FROM notes") { try $0.next() as String }
            #expect(try transaction.run("UPDATE notes SET text = 'two' WHERE id = \(id)") == 1)
            let unread = try transaction.later("SELECT text FROM notes") { try $0.next() as Int }
            #expect(try none.rows == [])
            #expect(try one.rows == ["one"])
            #expect(throws: StorageError.self) { try unread.rows }
            #expect(try one.rows == ["one"])
            let nested = try transaction.later("SELECT text FROM notes") { row in
                let text: String = try row.next()
                return try transaction.first("SELECT \(text + "!")") { try $0.next() } ?? ""
            }
            _ = try transaction.later("SELECT 1") { try $0.next() as Int }
            #expect(try nested.rows == ["two!"])
        }
        #expect(try await texts(database) == ["two"])
    }

    @Test("asks for a hundred things at once", arguments: Engine.allCases)
    func manyLater(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let long = String(repeating: "x", count: 40_000)
        let sum = try await database.read { transaction in
            let all = try (0..<100).map { number in
                try transaction.later("SELECT \(number), \(long)") { row -> (Int, String) in (try row.next(), try row.next()) }
            }
            return try all.reduce(0) { sum, later in try later.rows.reduce(sum) { $0 + $1.0 + $1.1.utf8.count } }
        }
        #expect(sum == 4950 + 100 * 40_000)
    }

    @Test("asks for more kinds of things than a connection remembers", arguments: Engine.allCases)
    func forgotten(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let sum = try await database.read { transaction in
            // Each number of values is a statement of its own.
            let all = try (1...250).map { count in
                try transaction.later("SELECT CAST(\(count) AS BIGINT) WHERE 1 IN (\(SQL.list(Array(repeating: 1, count: count))))") {
                    try $0.next() as Int
                }
            }
            return try all.reduce(0) { sum, later in try later.rows.reduce(sum, +) }
        }
        #expect(sum == 250 * 251 / 2)
    }

    @Test("is undone where a statement whose outcome nobody asks for fails", arguments: Engine.allCases)
    func laterFailure(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let id = try await database.write { try insert("first", $0) }
        await #expect(throws: StorageError.uniqueViolation(table: "notes", columns: ["id"])) {
            try await database.write { transaction in
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(ID<Note>()), 'lost')")
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(id), 'again')")
            }
        }
        await #expect(throws: StorageError.self) {
            try await database.write { transaction in
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(id), 'again')")
                _ = try transaction.first("SELECT 1") { try $0.next() as Int }
            }
        }
        try await database.write { transaction in
            _ = try? transaction.savepoint {
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(id), 'again')")
            }
            try transaction.savepoint {
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(ID<Note>()), 'second')")
            }
            try? transaction.savepoint {
                try transaction.runLater("INSERT INTO notes (id, text) VALUES (\(ID<Note>()), 'undone')")
                throw Refusal()
            }
        }
        #expect(try await Set(texts(database)) == ["first", "second"])
    }

    @Test("that reads cannot write", arguments: Engine.allCases)
    func readOnly(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        await #expect(throws: StorageError.readOnly) {
            try await database.read { try insert("x", $0) }
        }
    }

    @Test("that caught a failed statement is refused further ones and rolled back", arguments: Engine.allCases)
    func spoiled(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let further = Mutex<(any Error)?>(nil)
        await #expect(throws: StorageError.self) {
            try await database.write { transaction in
                let id = try insert("first", transaction)
                do { try insert("same id", transaction, id: id) } catch {}
                do { try insert("after", transaction) } catch { further.withLock { $0 = error } }
            }
        }
        #expect(further.withLock { $0 as? StorageError } == .transactionEnded)
        #expect(try await texts(database) == [])
    }

    @Test("goes on after a failed savepoint, also a nested one", arguments: Engine.allCases)
    func savepoint(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { transaction in
            try insert("kept", transaction)
            #expect(throws: Refusal.self) {
                try transaction.savepoint {
                    try insert("undone", transaction)
                    do {
                        try transaction.savepoint { try insert("forbidden", transaction) }
                    } catch StorageError.checkViolation {}
                    try insert("undone too", transaction)
                    throw Refusal()
                }
            }
            try transaction.savepoint { try insert("kept too", transaction) }
        }
        #expect(try await texts(database) == ["kept", "kept too"])
    }

    @Test("does not work outside its closure", arguments: Engine.allCases)
    func escaped(engine: Engine) async throws {
        struct Escaped: @unchecked Sendable { let transaction: Transaction }
        let database = try await TestDatabase.make(engine, migrations: notes)
        let escaped = try await database.write { Escaped(transaction: $0) }
        #expect(throws: StorageError.transactionEnded) { try insert("late", escaped.transaction) }
        #expect(try await texts(database) == [])
    }

    @Test("runs its hooks after a commit, never after a rollback", arguments: Engine.allCases)
    func hooks(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let ran = Ran()
        try await database.write { transaction in
            transaction.afterCommit { ran.add("committed") }
            #expect(throws: Refusal.self) {
                try transaction.savepoint {
                    transaction.afterCommit { ran.add("savepoint") }
                    throw Refusal()
                }
            }
            #expect(ran.names == [])
        }
        await #expect(throws: Refusal.self) {
            try await database.write { transaction in
                transaction.afterCommit { ran.add("rolled back") }
                throw Refusal()
            }
        }
        #expect(ran.names == ["committed"])
    }

    @Test("may query inside a query, even the same one", arguments: Engine.allCases)
    func nestedQueries(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let pairs = try await database.write { transaction in
            for text in ["a", "b"] { try insert(text, transaction) }
            return try transaction.all("SELECT text FROM notes ORDER BY text") { row in
                let outer: String = try row.next()
                return try transaction.all("SELECT text FROM notes ORDER BY text") { outer + (try $0.next()) }
            }
        }
        #expect(pairs == [["aa", "ab"], ["ba", "bb"]])
    }

    @Test("is refused once the database is closed, and closing waits for those accepted", arguments: Engine.allCases)
    func closed(engine: Engine) async throws {
        let location = try await TestDatabase.makeLocation(engine, migrations: notes)
        let database = try await Database.open(location)
        async let accepted = database.write { try insert("in time", $0) }
        _ = try await accepted
        await database.close()
        await #expect(throws: StorageError.closed) { try await texts(database) }
        await database.close()
        let reopened = try await Database.open(location)
        #expect(try await texts(reopened) == ["in time"])
        await reopened.close()
    }
}
