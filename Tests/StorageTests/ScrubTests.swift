// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import StorageTesting
import Testing

@testable import Storage

@Suite("What is deleted is gone from the files")
struct ScrubTests {
    /// Every tenth is deleted, every tenth overwritten; in an order that moves cells from page to page.
    private static func fill(_ database: Storage.Database, count: Int) async throws {
        try await database.write { tx in
            var state: UInt64 = 7
            for number in 0..<count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let id = ID<Note>(UUID(uuid: withUnsafeBytes(of: (state.byteSwapped, UInt64(number))) { $0.loadUnaligned(as: uuid_t.self) }))
                let padding = String(repeating: "lorem ", count: Int(state >> 60) * 4)
                try insert("\(word(number)) \(padding)", tx, id: id, number: Int(state >> 33))
            }
        }
        try await database.write { tx in
            for number in 0..<count {
                switch number % 10 {
                case 0: try tx.run("DELETE FROM notes WHERE text LIKE \(word(number) + " %")")
                case 1: try tx.run("UPDATE notes SET text = 'nothing' WHERE text LIKE \(word(number) + " %")")
                default: break
                }
            }
        }
    }

    private static func word(_ number: Int) -> String { "canary\(100_000 + number)" }

    /// The numbers of all canaries that stand anywhere in these bytes.
    private static func canaries(in bytes: [UInt8]) -> Set<Int> {
        Set(
            bytes.places(of: "canary1").compactMap { place in
                Int(String(decoding: bytes[(place + 6)..<Swift.min(place + 12, bytes.count)], as: UTF8.self)).map { $0 - 100_000 }
            })
    }

    private static func isGone(_ number: Int) -> Bool { number % 10 < 2 }

    @Test("no byte of it is in an SQLite file or its log, and all else still is")
    func sqlite() async throws {
        let database = try await TestDatabase.make(.sqlite, migrations: notes)
        guard case .sqlite(let path) = database.location else { return }
        try await Self.fill(database, count: 4_000)
        try await database.scrub()
        let found = Self.canaries(in: try await database.bytes())
        #expect(found.filter(Self.isGone) == [])
        #expect(found.count == 3_200)
        #expect(try await texts(database).count == 3_600)
        #expect(try check(path) == "ok")
    }

    @Test("in PostgreSQL it is once the database is written anew")
    func postgres() async throws {
        let database = try await TestDatabase.make(.postgres, migrations: notes)
        try await Self.fill(database, count: 1_000)
        try await database.scrub()
        #expect(try await database.rewrite())
        let found = Self.canaries(in: try await database.bytes())
        #expect(found.filter(Self.isGone) == [])
        #expect(found.count == 800)
        #expect(try await texts(database).count == 900)
    }

    @Test("it waits for whoever reads an older state", arguments: Engine.allCases)
    func reader(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { try insert("canary100000", $0) }
        let (reading, begun) = AsyncStream.makeStream(of: Void.self)
        let hasTried = DispatchSemaphore(value: 0)
        let reader = Task {
            try await database.read { tx in
                let count = try tx.first("SELECT COUNT(*) FROM notes") { try $0.next() as Int }
                begun.finish()
                hasTried.wait()
                return count
            }
        }
        for await _ in reading {}
        try await database.write { try $0.run("DELETE FROM notes") }
        await #expect(throws: StorageError.busy) { try await database.scrub(patience: .zero) }
        hasTried.signal()
        #expect(try await reader.value == 1)
        try await database.scrub()
        if engine == .postgres { #expect(try await database.rewrite()) }
        #expect(Self.canaries(in: try await database.bytes()) == [])
    }

    @Test("it spoils nothing while others write and read")
    func beside() async throws {
        let database = try await TestDatabase.make(.sqlite, migrations: notes)
        guard case .sqlite(let path) = database.location else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<150 {
                        let text = "\(task) \(number) " + String(repeating: "x", count: number * 7 % 900)
                        let id = try await database.write { try insert(text, $0, id: ID(UUID()), number: number) }
                        if number % 3 == 0 { try await database.write { try $0.run("DELETE FROM notes WHERE id = \(id)") } }
                        _ = try await texts(database)
                    }
                }
            }
            group.addTask { for _ in 0..<8 { try await database.scrub() } }
            try await group.waitForAll()
        }
        #expect(try await texts(database).count == 400)
        try await database.scrub()
        #expect(try check(path) == "ok")
    }

    private func check(_ path: String) throws -> String? {
        try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }
}

@Suite("A page of an SQLite file")
struct SQLitePageTests {
    private func holes(_ page: [UInt8]) -> [Range<Int>] {
        var header = [UInt8](repeating: 0, count: 100)
        header[16] = 2
        return header.withUnsafeBytes { header in
            page.withUnsafeBytes { SQLiteLayout(header: header, fileSize: 1 << 20)?.holes(in: $0, isFirst: false) ?? [] }
        }
    }

    /// A leaf of a table with one cell at 400, and a free block of 20 bytes at 450.
    private var leaf: [UInt8] {
        var page = [UInt8](repeating: 1, count: 512)
        page.replaceSubrange(0..<10, with: [13, 0x01, 0xC2, 0, 1, 0x01, 0x90, 0, 0x01, 0x90])
        page.replaceSubrange(450..<454, with: [0, 0, 0, 20])
        return page
    }

    @Test("has holes between pointers and cells, and where cells were")
    func holes() { #expect(holes(leaf) == [10..<400, 454..<470]) }

    @Test("that is none of a tree, or is damaged, has none")
    func none() {
        for change in [(0, 0), (0, 7), (3, 200), (5, 0xFF), (452, 0xFF), (450, 0x01)] {
            var page = leaf
            page[change.0] = UInt8(change.1)
            #expect(holes(page) == [], "\(change)")
        }
    }
}
