// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("SQL")
struct SQLTests {
    @Test(
        "an interpolated text is a value, whatever it says",
        arguments: Engine.allCases,
        [
            "'; DROP TABLE notes; --", "' OR '1'='1", "\\'; DELETE FROM notes; --", "$1", "?", "\"x\"", "/* */", "",
            "¿'\u{2019}\u{FF07}", "%_\\", "\u{1F6B2} e\u{301} é 中文 العربية",
        ])
    func injection(engine: Engine, text: String) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { transaction in
            try insert("bystander", transaction)
            try insert(text, transaction)
        }
        let found = try await database.read { transaction in
            try transaction.all("SELECT text FROM notes WHERE text = \(text)") { try $0.next() as String }
        }
        #expect(found.map { Array($0.utf8) } == [Array(text.utf8)])
        #expect(try await texts(database).count == 2)
    }

    @Test("is spliced from fragments, each with its values", arguments: Engine.allCases)
    func fragments(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { transaction in
            for (number, text) in ["a", "b", "c", "d"].enumerated() { try insert(text, transaction, number: number) }
        }
        let filters: [SQL] = ["number >= \(1)", "text IN (\(.list(["b", "c", "x"])))", "text <> \("c")"]
        let found = try await database.read { transaction in
            try transaction.all(
                "SELECT text FROM notes WHERE \(filters.joined(separator: " AND ")) ORDER BY text LIMIT \(10)"
            ) { try $0.next() as String }
        }
        #expect(found == ["b"])
    }

    @Test("an empty list contains nothing", arguments: Engine.allCases)
    func emptyList(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { try insert("a", $0) }
        let found = try await database.read { transaction in
            try transaction.all("SELECT text FROM notes WHERE text IN (\(.list([String]())))") {
                try $0.next() as String
            }
        }
        #expect(found == [])
    }

    @Test("can differ between the engines", arguments: Engine.allCases)
    func perEngine(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine)
        let name = try await database.read { transaction in
            try transaction.first(
                "SELECT \(.perEngine(sqlite: "CAST(\("sqlite") AS TEXT)", postgres: "CAST(\("postgres") AS TEXT)"))"
            ) { try $0.next() as String }
        }
        #expect(name == engine.rawValue)
    }

    @Test("that is wrong, or two statements, is an error that says so", arguments: Engine.allCases)
    func invalid(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        for sql: SQL in ["SELEC 1", "SELECT nothing FROM notes", "DELETE FROM notes; DELETE FROM notes"] {
            do {
                _ = try await database.write { try $0.run(sql) }
                Issue.record("not refused")
            } catch StorageError.invalidSQL(let message) {
                #expect(!message.isEmpty)
            }
        }
    }

    @Test("makes more texts than the statement cache holds", arguments: Engine.allCases)
    func manyTexts(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        let sums = try await database.read { transaction in
            try (1...450).map { count in
                try transaction.first(
                    "SELECT \(Array(repeating: "\(1)" as SQL, count: count).joined(separator: " + "))"
                ) {
                    try $0.next() as Int
                }
            }
        }
        #expect(sums == Array(1...450))
    }
}
