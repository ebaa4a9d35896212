// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation
import GRDB
import Subprocess

extension Database {
    /// Writes a consistent copy to a new file while the database is in use: an SQLite file, or what `pg_dump` makes
    /// (its custom format). Only the owner of the process may read it.
    package func backUp(to path: String) async throws {
        try await Self.complete(path) { [backend, location] partial in
            switch location {
            case .postgres(let url):
                try await PostgreSQLProgram.run("pg_dump", ["--format=custom", "--no-owner", "--file=\(partial)"], url)
            case .sqlite, .sqliteInMemory:
                try await onThread { try (backend as? SQLiteBackend)?.backUp(to: partial) }
            }
        }
    }

    /// Fills a new or empty database from a backup.
    package static func restore(_ location: Location, from path: String) async throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw StorageError.backupFailed("\(path) cannot be read.")
        }
        switch location {
        case .sqliteInMemory: throw StorageError.backupFailed("A database in memory cannot be restored to.")
        case .sqlite(let target):
            try await complete(target) { partial in try await onThread { try SQLiteBackend.restore(path, to: partial) } }
        case .postgres(let url):
            let arguments = ["--single-transaction", "--exit-on-error", "--no-owner", path]
            try await PostgreSQLProgram.run("pg_restore", arguments, url, databaseArgument: true)
        }
    }

    /// Writes a new file as `NAME.partial`, and gives it its name once all of it is on the disk. What fails leaves nothing:
    /// it would be a copy of everything that nobody knows of.
    private static func complete(_ path: String, _ write: (_ partial: String) async throws -> Void) async throws {
        try refuseExisting(path)
        let partial = path + ".partial"
        // What was begun before.
        try remove(partial)
        PrivateFile.makeIfMissing(partial)
        do {
            try await write(partial)
            try await onThread { try flush(partial) }
            try FileManager.default.moveItem(atPath: partial, toPath: path)
        } catch {
            // What went wrong first says more than what stands in the way of tidying up.
            try? remove(partial)
            throw error
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        try await onThread { try flush(folder) }
    }

    /// Also what SQLite puts beside a file while it writes.
    private static func remove(_ partial: String) throws {
        for file in ["", "-journal", "-wal", "-shm"].map({ partial + $0 }) where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    private static func refuseExisting(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) {
            throw StorageError.backupFailed("\(path) already exists; move it away first.")
        }
    }
}

/// Returns once a file, or the names in a folder, would be there after a loss of power.
private func flush(_ path: String) throws {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { throw StorageError.backupFailed("\(path): \(String(cString: strerror(errno)))") }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw StorageError.backupFailed("\(path): \(String(cString: strerror(errno)))") }
}

extension SQLiteBackend {
    fileprivate func backUp(to path: String) throws {
        try SQLiteFailure.translating {
            let copy = try DatabaseQueue(path: path)
            try connections.backup(to: copy)
            // One file, without a log beside it.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    fileprivate static func restore(_ path: String, to file: String) throws {
        try SQLiteFailure.translating {
            let backup = try DatabaseQueue(path: path)
            let finding = try backup.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard finding == "ok" else { throw StorageError.backupFailed("\(path) is damaged: \(finding ?? "")") }
            let copy = try DatabaseQueue(path: file)
            try backup.backup(to: copy)
            try copy.close()
        }
    }
}

/// A program of PostgreSQL's client package, which must be in PATH.
private enum PostgreSQLProgram {
    static func run(_ name: String, _ arguments: [String], _ url: String, databaseArgument: Bool = false) async throws {
        let settings = try environment(url)
        let database = databaseArgument ? ["--dbname=\(settings["PGDATABASE"] ?? "postgres")"] : []
        let ended: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
        do {
            ended = try await Subprocess.run(
                .name(name), arguments: Arguments(database + arguments), environment: .inherit.updating(settings),
                output: .discarded, error: .string(limit: wordsLimit))
        } catch let error as SubprocessError {
            throw StorageError.backupFailed("\(name): \(error)")
        }
        guard ended.terminationStatus.isSuccess else {
            let message = ended.standardError ?? ""
            throw StorageError.backupFailed("\(name): \(message.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
    }

    /// Bytes of what a program may say of what went wrong.
    private static let wordsLimit = 1 << 20

    /// How long to wait for a host that is gone: no variable says it, and a backup does without.
    private static let patience: Set = [
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    ]

    /// The URL as environment variables: arguments, which would show the password, are visible to every user.
    private static func environment(_ url: String) throws -> [Environment.Key: String] {
        guard let options = PQconninfoParse(url, nil) else {
            throw StorageError.invalidLocation("not a PostgreSQL URL.")
        }
        defer { PQconninfoFree(options) }
        var environment: [Environment.Key: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, !patience.contains(String(cString: keyword)) {
                guard let variable = option.pointee.envvar, let key = Environment.Key(rawValue: String(cString: variable))
                else {
                    throw StorageError.invalidLocation("\(String(cString: keyword)) cannot be used with backups.")
                }
                environment[key] = String(cString: value)
            }
            option += 1
        }
        return environment
    }
}
