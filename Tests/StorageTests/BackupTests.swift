// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("A backup")
struct BackupTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).backup").path

    @Test("restores what was committed", arguments: Engine.allCases)
    func restore(engine: Engine) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { try insert("saved", $0) }
        try await database.backUp(to: path)
        try await database.write { try insert("too late", $0) }
        let target = try await TestDatabase.makeLocation(engine)
        try await Database.restore(target, from: path)
        let restored = try await Database.open(target)
        #expect(try await texts(restored) == ["saved"])
        try await restored.migrate(notes)
        await restored.close()
        await #expect(throws: StorageError.self) { try await database.backUp(to: path) }
        await #expect(throws: StorageError.self) { try await Database.restore(target, from: path) }
    }

    @Test("that is none is refused", arguments: Engine.allCases)
    func garbage(engine: Engine) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let target = try await TestDatabase.makeLocation(engine)
        await #expect(throws: StorageError.self) { try await Database.restore(target, from: path) }
        try "not a backup".write(toFile: path, atomically: true, encoding: .utf8)
        await #expect(throws: StorageError.self) { try await Database.restore(target, from: path) }
        if case .sqlite(let file) = target { #expect(!FileManager.default.fileExists(atPath: file + ".partial")) }
    }

    @Test("that cannot be finished leaves no part of it")
    func unfinished() async throws {
        let folder = try TestFolder.make()
        let database = try await TestDatabase.make(.sqlite, migrations: notes)
        await database.close()
        await #expect(throws: (any Error).self) { try await database.backUp(to: folder.appending(path: "a.backup").path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
