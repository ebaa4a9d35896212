// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Full text")
struct FullTextTests {
    private enum Enterprise {}
    /// Few together, so that texts are filed.
    private let search = FullText<Note>("note_search", together: 2)
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

    private func find(
        _ query: String, _ database: Database, limit: Int = 10, in other: FullText<Note>? = nil
    ) async throws -> [ID<Note>] {
        try await database.read { [search = other ?? search, velora] in try search.match(query, in: velora, limit: limit, $0).map(\.id) }
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

    @Test("finds the newest of many, filed or not, by whole words and by beginnings", arguments: Engine.allCases)
    func many(engine: Engine) async throws {
        let words = ["charger", "charging", "chain", "brake"]
        let (database, ids) = try await make(
            engine, (0..<41).map { ("bike \(words[$0 % 4]) number\($0)", $0 % 5 == 0 ? spoke : velora) })
        func expected(_ isMeant: (Int) -> Bool) -> Set<ID<Note>> { Set((0..<41).filter { $0 % 5 > 0 && isMeant($0) }.map { ids[$0] }) }
        #expect(try await Set(find("bike", database, limit: 100)) == expected { _ in true })
        #expect(try await Set(find("bike charg", database, limit: 100)) == expected { $0 % 4 < 2 })
        #expect(try await Set(find("charger bike", database, limit: 100)) == expected { $0 % 4 == 0 })
        #expect(try await Set(find("charger brake", database, limit: 100)) == [])
        #expect(try await Set(find("number3", database, limit: 100)) == expected { "\($0)".hasPrefix("3") })
        #expect(try await find("number37 bike", database) == [ids[37]])
    }

    @Test("SQLite looks at the newest of a frequent word")
    func newest() async throws {
        let (database, ids) = try await make(.sqlite, (0..<20).map { ("bike \($0)", velora) })
        let found = try await database.read { [search, velora] in
            try search.match("bike", in: velora, limit: 10, most: 3, $0).map(\.id)
        }
        #expect(Set(found) == Set(ids.suffix(3)))
    }

    @Test("a block of long texts is filed before it has as many as it could, and finds the same")
    func long() async throws {
        let search = FullText<Note>("note_search")
        let database = try await TestDatabase.make(.sqlite, migrations: [Migration("note_search", search.createTable)])
        let velora = velora
        let ids = try await database.write { tx in
            try (0..<20).map { text in
                let id = ID<Note>()
                let words = (0..<5_000).map { "word\(text)x\($0)" }.joined(separator: " ")
                try search.put(id, in: velora, text: "bike number\(text) \(words)", tx)
                return id
            }
        }
        let filed = try await database.read { tx in
            try tx.first("SELECT COUNT(DISTINCT block) FROM note_search_words") { try $0.next() as Int }
        }
        #expect(filed == 1)
        #expect(try await Set(find("bike", database, limit: 100, in: search)) == Set(ids))
        #expect(try await find("word3x4999", database, in: search) == [ids[3]])
        #expect(try await find("bike number19", database, in: search) == [ids[19]])
        try await database.write { tx in try search.remove(ids[3], in: velora, tx) }
        #expect(try await find("word3x", database, in: search) == [])
        #expect(try await Set(find("bike", database, limit: 100, in: search)) == Set(ids).subtracting([ids[3]]))
    }

    @Test("no word of a text that is replaced or removed is in the file, filed or not", arguments: [2, 16, 2_048])
    func forgets(together: Int) async throws {
        let search = FullText<Note>("note_search", together: together)
        let database = try await TestDatabase.make(.sqlite, migrations: [Migration("note_search", search.createTable)])
        let velora = velora
        let ids = try await database.write { tx in
            try (0..<100).map { number in
                let id = ID<Note>()
                try search.put(id, in: velora, text: "bike canary\(number)gone battery", tx)
                return id
            }
        }
        try await database.write { tx in
            for number in 0..<50 { try search.put(ids[number], in: velora, text: "bike number\(number) kept", tx) }
            for number in 50..<75 { try search.remove(ids[number], in: velora, tx) }
            for number in 75..<80 { try search.put(ids[number], in: velora, text: "–", tx) }
        }
        try await database.scrub()
        let bytes = try await database.bytes()
        let left = (0..<100).filter { !bytes.places(of: "canary\($0)gone").isEmpty }
        #expect(left == Array(80..<100))
        #expect(try await Set(find("kept", database, limit: 100, in: search)) == Set(ids[..<50]))
        #expect(try await Set(find("canary", database, limit: 100, in: search)) == Set(ids[80...]))
        #expect(try await find("canary60gone", database, in: search) == [])
    }
}
