// SPDX-License-Identifier: Apache-2.0
import Foundation
import StorageTesting
import Testing

@testable import Storage

@Suite("a database that cannot be written")
struct FullDiskTests {
    @Test("a probe passes where all is well", arguments: Engine.allCases)
    func probe(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine)
        try await database.probe()
        try await database.probe()
    }

    @Test("a full SQLite database says so, is read, and takes writes again once there is room")
    func full() async throws {
        let database = try await TestDatabase.make(.sqlite)
        try await database.write { tx in try tx.run("CREATE TABLE heap (bytes BLOB)") }
        try await database.write { tx in _ = try tx.first("PRAGMA max_page_count = 1") { try $0.next() as Int } }
        let large = [UInt8](repeating: 1, count: 1 << 20)
        for _ in 0..<2 {
            do {
                try await database.write { tx in
                    try tx.savepoint { try tx.run("INSERT INTO heap VALUES (\(large))") }
                }
                Issue.record("There was room")
            } catch {
                if case StorageError.full = error {} else { Issue.record(error) }
            }
        }
        #expect(try await database.read { tx in try tx.first("SELECT COUNT(*) FROM heap") { try $0.next() as Int } } == 0)
        try await database.write { tx in _ = try tx.first("PRAGMA max_page_count = 1000000") { try $0.next() as Int } }
        try await database.write { tx in try tx.run("INSERT INTO heap VALUES (\(large))") }
    }

    @Test("transactions that share a commit with one that finds no room are not lost with it")
    func fullTogether() async throws {
        let database = try await TestDatabase.make(.sqlite)
        try await database.write { tx in
            try tx.run("CREATE TABLE heap (bytes BLOB)")
            try tx.run("INSERT INTO heap VALUES (NULL)")
        }
        try await database.write { tx in _ = try tx.first("PRAGMA max_page_count = 1") { try $0.next() as Int } }
        let large = [UInt8](repeating: 1, count: 1 << 20)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        try await database.write { tx in
                            if number.isMultiple(of: 5) { try tx.run("INSERT INTO heap VALUES (\(large))") }
                            try tx.run("UPDATE heap SET bytes = \([UInt8(number)])")
                        }
                        return true
                    } catch StorageError.full {
                        return false
                    }
                }
            }
            var written = 0
            for try await isWritten in group where isWritten { written += 1 }
            #expect(written == 16)
        }
    }

    @Test("a server that has no room, or takes no writes, says so")
    func postgres() async throws {
        let database = try await TestDatabase.make(.postgres)
        await #expect(throws: StorageError.full("no room")) {
            try await database.write { tx in
                try tx.run("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$")
            }
        }
        do {
            try await database.write { tx in
                try tx.run("SET TRANSACTION READ ONLY")
                try tx.run("CREATE TABLE heap (bytes BYTEA)")
            }
            Issue.record("It was written")
        } catch {
            if case StorageError.unusable = error {} else { Issue.record(error) }
        }
    }

    @Test("a file that has gone takes nothing that nobody would find again, until it is back")
    func gone() async throws {
        let path = try TestFolder.make().appending(path: "a.sqlite").path
        let database = try await Database.open(.sqlite(path: path))
        try await database.write { tx in try tx.run("CREATE TABLE heap (bytes BLOB)") }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        do {
            try await database.write { tx in try tx.run("INSERT INTO heap VALUES (NULL)") }
            Issue.record("It was written")
        } catch {
            if case StorageError.unusable = error {} else { Issue.record(error) }
        }
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        try await database.write { tx in try tx.run("INSERT INTO heap VALUES (NULL)") }
        try await database.probe()
        await database.close()
    }
}
