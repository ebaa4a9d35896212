// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

/// One at a time, since the umask is the process's.
@Suite("Files that nobody else may read", .serialized)
struct PrivateFileTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func unmasked<T>(_ body: () async throws -> T) async rethrows -> T {
        let before = umask(0)
        defer { umask(before) }
        return try await body()
    }

    @Test("a database, its log, its folder and a backup are its owner's alone, whatever the umask")
    func database() async throws {
        let folder = try TestFolder.make().appending(path: "new").path
        let (path, backup, restored) = ("\(folder)/a.sqlite", "\(folder)/a.backup", "\(folder)/b.sqlite")
        let database = try await unmasked {
            let database = try await Database.open(.sqlite(path: path))
            try await database.migrate(notes)
            try await database.backUp(to: backup)
            try await Database.restore(.sqlite(path: restored), from: backup)
            return database
        }
        for file in [path, path + "-wal", path + "-shm", backup, restored] { #expect(try mode(file) == 0o600, "\(file)") }
        #expect(try mode(folder) == 0o700)
        await database.close()
    }

    @Test("so is a backup of PostgreSQL")
    func dump() async throws {
        let backup = try TestFolder.make().appending(path: "a.backup").path
        let database = try await TestDatabase.make(.postgres, migrations: notes)
        try await unmasked { try await database.backUp(to: backup) }
        #expect(try mode(backup) == 0o600)
    }

    @Test("what is open to others is told, with its mode")
    func told() throws {
        let file = try TestFolder.make().appending(path: "file").path
        PrivateFile.makeIfMissing(file)
        #expect(PrivateFile.modeOpenToOthers(file) == nil)
        #expect(PrivateFile.modeOpenToOthers(file + " that is not there") == nil)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        #expect(PrivateFile.modeOpenToOthers(file) == "0640")
    }

    @Test("a key opens what it sealed, for whom it was sealed")
    func sealing() throws {
        let file = try TestFolder.make().appending(path: "key").path
        let key = SealingKey()
        try key.write(to: file)
        #expect(try mode(file) == 0o600)
        let again = try SealingKey(contentsOf: file)
        #expect(again.id == key.id)
        var sealed = try key.seal([1, 2, 3], for: "Velora")
        #expect(try again.open(sealed, for: "Velora") == [1, 2, 3])
        #expect(throws: SealingProblem.self) { try again.open(sealed, for: "Kraft") }
        #expect(throws: SealingProblem.self) { try SealingKey().open(sealed, for: "Velora") }
        sealed[13] ^= 1
        #expect(throws: SealingProblem.self) { try again.open(sealed, for: "Velora") }
        #expect(throws: SealingProblem.self) { try again.open([1], for: "Velora") }
        #expect(throws: SealingProblem.self) { try key.write(to: file) }
    }

    @Test("a key file that others may read, or that is none, is refused with what to do")
    func keyFiles() throws {
        let file = try TestFolder.make().appending(path: "key").path
        #expect(throws: SealingProblem.self) { try SealingKey(contentsOf: file) }
        try SealingKey().write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        #expect(throws: SealingProblem("The key file \(file) is open to others (mode 0644): chmod 600 \(file)")) {
            try SealingKey(contentsOf: file)
        }
        for text in ["", "AAAA", "not base64"] {
            try Data(text.utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            #expect(throws: SealingProblem.self) { try SealingKey(contentsOf: file) }
        }
    }
}
