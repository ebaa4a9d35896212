// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation
import GRDB

extension Database {
    /// Writes a consistent copy to a new file while the database is in use: an SQLite file, or what `pg_dump` makes
    /// (its custom format). Only the owner of the process may read it.
    package func backUp(to path: String) async throws {
        try Self.refuseExisting(path)
        let partial = path + ".partial"
        try Self.makePrivate(partial)
        switch location {
        case .postgres(let url):
            try await PostgreSQLProgram.run("pg_dump", ["--format=custom", "--no-owner", "--file=\(partial)"], url)
        case .sqlite, .sqliteInMemory:
            try await onThread { [backend] in try (backend as? SQLiteBackend)?.backUp(to: partial) }
        }
        try FileManager.default.moveItem(atPath: partial, toPath: path)
    }

    /// Fills a new or empty database from a backup.
    package static func restore(_ location: Location, from path: String) async throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw StorageError.backupFailed("\(path) cannot be read.")
        }
        switch location {
        case .sqliteInMemory: throw StorageError.backupFailed("A database in memory cannot be restored to.")
        case .sqlite(let target):
            try refuseExisting(target)
            try makePrivate(target + ".partial")
            try await onThread { try SQLiteBackend.restore(path, to: target) }
        case .postgres(let url):
            let arguments = ["--single-transaction", "--exit-on-error", "--no-owner", path]
            try await PostgreSQLProgram.run("pg_restore", arguments, url, databaseArgument: true)
        }
    }

    /// An empty file in place of what was begun before.
    private static func makePrivate(_ partial: String) throws {
        if FileManager.default.fileExists(atPath: partial) { try FileManager.default.removeItem(atPath: partial) }
        PrivateFile.makeIfMissing(partial)
    }

    private static func refuseExisting(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) {
            throw StorageError.backupFailed("\(path) already exists; move it away first.")
        }
    }
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

    fileprivate static func restore(_ path: String, to target: String) throws {
        try SQLiteFailure.translating {
            let backup = try DatabaseQueue(path: path)
            let finding = try backup.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard finding == "ok" else { throw StorageError.backupFailed("\(path) is damaged: \(finding ?? "")") }
            let partial = try DatabaseQueue(path: target + ".partial")
            try backup.backup(to: partial)
            try partial.close()
        }
        try FileManager.default.moveItem(atPath: target + ".partial", toPath: target)
    }
}

/// A program of PostgreSQL's client package, which must be in PATH.
private enum PostgreSQLProgram {
    static func run(_ name: String, _ arguments: [String], _ url: String, databaseArgument: Bool = false) async throws {
        let settings = try environment(url)
        let database = databaseArgument ? ["--dbname=\(settings["PGDATABASE"] ?? "postgres")"] : []
        try await onThread {
            let program = Process()
            program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            program.arguments = [name] + database + arguments
            program.environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
            let errors = Pipe()
            program.standardError = errors
            try program.run()
            let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            program.waitUntilExit()
            guard program.terminationStatus == 0 else {
                throw StorageError.backupFailed("\(name): \(message.trimmingCharacters(in: .whitespacesAndNewlines))")
            }
        }
    }

    /// The URL as environment variables: arguments, which would show the password, are visible to every user.
    private static func environment(_ url: String) throws -> [String: String] {
        guard let options = PQconninfoParse(url, nil) else {
            throw StorageError.invalidLocation("not a PostgreSQL URL.")
        }
        defer { PQconninfoFree(options) }
        var environment: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                guard let variable = option.pointee.envvar else {
                    throw StorageError.invalidLocation("\(String(cString: keyword)) cannot be used with backups.")
                }
                environment[String(cString: variable)] = String(cString: value)
            }
            option += 1
        }
        return environment
    }
}
