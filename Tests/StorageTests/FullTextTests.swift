// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Full text")
struct FullTextTests {
    private enum Enterprise {}
    private let search = FullText<Note>("note_search")
    private let velora = ID<Enterprise>()
    private let spoke = ID<Enterprise>()

    private func make(_ engine: Engine, _ entries: [(String, ID<Enterprise>)]) async throws -> (Database, [ID<Note>]) {
        let database = try await TestDatabase.make(
            engine, migrations: [Migration("note_search", search.createTable)])
        let ids = try await database.write { [search] transaction in
            try entries.map { text, scope in
                let id = ID<Note>()
                try search.put(id, in: scope, text: text, transaction)
                return id
            }
        }
        return (database, ids)
    }

    private func find(_ query: String, _ database: Database, limit: Int = 10) async throws -> [ID<Note>] {
        try await database.read { [search, velora] in try search.match(query, in: velora, limit: limit, $0).map(\.id) }
    }

    @Test("finds all the words, the last by its beginning, whatever their case and accents", arguments: Engine.allCases)
    func words(engine: Engine) async throws {
        let (database, ids) = try await make(
            engine,
            [
                ("The battery of my Vélora E-1042 won't charge", velora), ("Battery bracket is loose", velora),
                ("Μπαταρία ÄRGER 中文", velora),
            ])
        #expect(try await find("BATTERY char", database) == [ids[0]])
        #expect(try await find("velora", database) == [ids[0]])
        #expect(try await find("vélora e-10", database) == [ids[0]])
        #expect(try await Set(find("battery", database)) == [ids[0], ids[1]])
        #expect(try await find("bat loose", database) == [])
        #expect(try await find("loose bat", database) == [ids[1]])
        #expect(try await find("arger", database) == [ids[2]])
        #expect(try await find("μπαταρια", database) == [ids[2]])
        #expect(try await find("battery", database, limit: 1).count == 1)
    }

    @Test("never looks into another scope", arguments: Engine.allCases)
    func scope(engine: Engine) async throws {
        let (database, ids) = try await make(engine, [("secret battery", spoke), ("my battery", velora)])
        #expect(try await find("battery", database) == [ids[1]])
        #expect(try await find("secret", database) == [])
        #expect(try await find("s\(spoke.description.prefix(8))", database) == [])
    }

    @Test("forgets what is replaced or removed", arguments: Engine.allCases)
    func replace(engine: Engine) async throws {
        let (database, ids) = try await make(engine, [("old words", velora), ("old others", velora)])
        try await database.write { [search, velora] transaction in
            try search.put(ids[0], in: velora, text: "new words", transaction)
            try search.remove(ids[1], in: velora, transaction)
            try search.remove(ID(), in: velora, transaction)
        }
        #expect(try await find("old", database) == [])
        #expect(try await find("new", database) == [ids[0]])
    }

    @Test("takes any query as words", arguments: Engine.allCases)
    func anyQuery(engine: Engine) async throws {
        let queries = [
            "\"", "'", "battery\"", "' OR 1=1", "NEAR(battery 2)", "AND", "battery AND", "(battery", "battery*", "*",
            ":*",
            "scope : x", "^battery", "-battery", "!battery & |", "\\", "\u{0}", "a\0b", "", "   ", "{}", "<->", "%",
            "🚲",
            String(repeating: "word ", count: 5000), String(repeating: "é", count: 10_000),
        ]
        let (database, _) = try await make(engine, queries.map { ("battery NEAR and \($0)", velora) })
        for query in queries { _ = try await find(query, database) }
        #expect(try await find("battery", database, limit: 100).count == queries.count)
    }
}
