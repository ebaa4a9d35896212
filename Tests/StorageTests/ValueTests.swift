// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Values")
struct ValueTests {
    private let table = [
        Migration(
            "values",
            """
            CREATE TABLE holder (
                integer BIGINT, real DOUBLE PRECISION, text TEXT, bytes BYTEA, id UUID, flag BOOLEAN, json JSONB
            )
            """)
    ]

    @Test("integers keep their limits", arguments: Engine.allCases)
    func integers(engine: Engine) async throws {
        let values = [Int64.min, -1, 0, 1, .max]
        #expect(try await stored(values, "integer", engine) == values)
    }

    @Test("real numbers keep every bit", arguments: Engine.allCases)
    func reals(engine: Engine) async throws {
        let values = [0.1, -1.5, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, 1e15, 3]
        #expect(try await stored(values, "real", engine) == values)
    }

    @Test("texts keep every scalar but U+0000, which is refused", arguments: Engine.allCases)
    func texts(engine: Engine) async throws {
        let values = [
            "", " ", "é", "e\u{301}", "\u{10FFFF}\u{1}", "👩‍🚒 中 \r\n\t", String(repeating: "x", count: 100_000),
        ]
        #expect(try await stored(values, "text", engine).map { Array($0.utf8) } == values.map { Array($0.utf8) })
        await #expect(throws: StorageError.nulInText) { try await stored(["a\0b"], "text", engine) }
    }

    @Test("bytes of any length", arguments: Engine.allCases)
    func bytes(engine: Engine) async throws {
        let values: [[UInt8]] = [[], [0], Array(0...255), Array(repeating: 7, count: 16)]
        #expect(try await stored(values, "bytes", engine) == values)
    }

    @Test("25 MiB of bytes", arguments: Engine.allCases)
    func bigBlob(engine: Engine) async throws {
        let value = (0..<(25 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let isSame = try await stored([value], "bytes", engine) == [value]
        #expect(isSame)
    }

    @Test("ids, booleans, times, enums and nothing at all", arguments: Engine.allCases)
    func others(engine: Engine) async throws {
        enum Stage: String, SQLConvertible { case open, closed }
        let ids = [ID<Note>(), ID<Note>()]
        #expect(try await stored(ids, "id", engine) == ids)
        #expect(try await stored([true, false], "flag", engine) == [true, false])
        let times = [Timestamp.now, Timestamp(milliseconds: -1)]
        #expect(try await stored(times, "integer", engine) == times)
        #expect(try await stored([Stage.open, .closed], "text", engine) == [.open, .closed])
        for column: SQL in ["integer", "real", "text"] {
            #expect(try await stored([Int?.none], column, engine) == [nil])
        }
        #expect(try await stored([Int?.some(3), nil, 4], "integer", engine) == [3, nil, 4])
    }

    @Test("JSON is bound as text and can be looked into", arguments: Engine.allCases)
    func json(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: table)
        try await database.write { try $0.run("INSERT INTO holder (json) VALUES (\(#"{"name": "Velora", "n": 3}"#))") }
        let name = try await database.read { transaction in
            try transaction.first("SELECT json ->> 'name' FROM holder WHERE json ->> \("name") = \("Velora")") {
                try $0.next() as String
            }
        }
        #expect(name == "Velora")
    }

    @Test("sums and counts are integers, averages real", arguments: Engine.allCases)
    func aggregates(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: table)
        let results = try await database.write { transaction in
            for integer in [Int64.max - 7, 5, 1] {
                try transaction.run("INSERT INTO holder (integer) VALUES (\(integer))")
            }
            return try transaction.all(
                """
                SELECT sum(integer), count(*), (SELECT sum(integer) FROM holder WHERE integer < 0),
                (SELECT avg(integer) FROM holder WHERE integer < 10),
                (SELECT sum(-integer) FROM holder), (SELECT sum(integer) * 10000 FROM holder WHERE integer < 10)
                FROM holder
                """
            ) { row in
                [
                    Double(try row.next() as Int64 - (.max - 1)), Double(try row.next() as Int),
                    try row.next() as Double?, try row.next() as Double,
                    Double(try row.next() as Int64 + (.max - 1)), Double(try row.next() as Int),
                ]
            }
        }
        #expect(results == [[0, 3, nil, 3, 0, 60_000]])
    }

    @Test("a column of another type, an unknown case and a missing column are errors", arguments: Engine.allCases)
    func unexpected(engine: Engine) async throws {
        enum Stage: String, SQLConvertible { case open }
        let database = try await TestDatabase.make(engine)
        try await database.read { transaction in
            func read<T: SQLConvertible>(_: T.Type) throws {
                _ = try transaction.first("SELECT CAST('closed' AS TEXT)") { try $0.next() as T }
            }
            #expect(throws: StorageError.unexpectedValue(expected: "Int64", found: "a text")) { try read(Int64.self) }
            #expect(throws: StorageError.unexpectedValue(expected: "Stage", found: "a text")) { try read(Stage.self) }
            #expect(throws: StorageError.unexpectedValue(expected: "UUID", found: "a text")) { try read(UUID.self) }
            #expect(throws: StorageError.self) {
                try transaction.first("SELECT 1") { (try $0.next() as Int, try $0.next() as Int) }
            }
        }
    }

    /// Writes the values one by one and reads them back.
    @discardableResult
    private func stored<T: SQLConvertible>(_ values: [T], _ column: SQL, _ engine: Engine) async throws -> [T] {
        let database = try await TestDatabase.make(engine, migrations: table)
        return try await database.write { transaction in
            try values.map { value in
                try transaction.run("DELETE FROM holder")
                try transaction.run("INSERT INTO holder (\(column)) VALUES (\(value))")
                return try #require(try transaction.first("SELECT \(column) FROM holder") { try $0.next() as T })
            }
        }
    }
}
