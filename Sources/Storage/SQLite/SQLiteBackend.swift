// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Synchronization

/// SQLite: one thread writes, a few read.
final class SQLiteBackend: Backend {
    let connections: any DatabaseWriter
    private let reads = WorkQueue()
    private let writes = WorkQueue()
    private let sessions: SQLiteSessions
    /// One a thread; none where the database is in memory, which only its one connection sees.
    private let readers: [SQLiteReader]
    private let hasClosed = Mutex(false)

    /// More share a commit than wait for one on a fast disk; fewer keep the first from waiting for the last.
    private static let commitTogether = 256

    /// Without a path the database is in memory.
    init(path: String?) throws {
        let configuration = Self.configuration
        connections =
            if let path {
                try Self.open(path, configuration)
            } else {
                try SQLiteFailure.translating { try DatabaseQueue(configuration: configuration) }
            }
        let sessions = SQLiteSessions()
        self.sessions = sessions
        let writer = SQLiteWriter(
            connections: connections, sessions: sessions, file: try path.map { try SQLiteFile(path: $0) })
        let count = min(max(ProcessInfo.processInfo.activeProcessorCount, 2), 8)
        readers = try path.map { path in try (0..<count).map { _ in try SQLiteReader(path: path, configuration) } } ?? []
        writes.startThread(named: "sqlite-write", limit: Self.commitTogether) { writer.commit($0) }
        for reader in readers { reads.startThread(named: "sqlite-read") { for work in $0 { reader.perform(work) } } }
        if readers.isEmpty {
            reads.startThread(named: "sqlite-read") { [connections] in
                for work in $0 { Self.read(work, connections, sessions) }
            }
        }
    }

    /// Tries again while another process opens the same new file: the change to a write-ahead log does not wait for it.
    private static func open(_ path: String, _ configuration: Configuration, attempts: Int = 50) throws -> DatabasePool {
        do {
            return try SQLiteFailure.translating {
                PrivateFile.makeIfMissing(path)
                let pool = try DatabasePool(path: path, configuration: configuration)
                // GRDB's own choice with a write-ahead log is NORMAL, which may lose the last commits with the power.
                try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
                return pool
            }
        } catch StorageError.busy where attempts > 1 {
            Thread.sleep(forTimeInterval: 0.1)
            return try open(path, configuration, attempts: attempts - 1)
        }
    }

    func submit(_ work: any Work) { (work.access == .read ? reads : writes).put(work) }

    func statisticsChanged() { for reader in readers { reader.outdate() } }

    func stop() {
        reads.close()
        writes.close()
    }

    func stopped() async {
        await reads.threadsEnded()
        await writes.threadsEnded()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                close()
                continuation.resume()
            }
        }
    }

    private func close() {
        let isFirst = hasClosed.withLock { hasClosed in
            defer { hasClosed = true }
            return !hasClosed
        }
        guard isFirst else { return }
        sessions.removeAll()
        for reader in readers {
            do { try reader.close() } catch {
                // It is closed with the process; the others need not wait for that.
            }
        }
        do {
            // GRDB closes its readers last, and those leave the write-ahead log behind.
            _ = try connections.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try connections.close()
        } catch {
            // Another process still reads: it keeps the log, and nothing is lost.
        }
    }

    private static func read(_ work: any Work, _ connections: any DatabaseWriter, _ sessions: SQLiteSessions) {
        do {
            try SQLiteFailure.translating { try connections.read { try read(work, in: sessions.session($0)) } }
            work.finish(nil)
        } catch {
            work.finish(error)
        }
    }

    static func read(_ work: any Work, in session: SQLiteSession) throws {
        let transaction = Transaction(.sqlite, session, .read)
        defer { transaction.end() }
        try work.run(transaction)
        try transaction.requireSuccess()
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY; PRAGMA analysis_limit = 400")
            // Zeros take the place of what is deleted; not everywhere, see `SQLiteLayout.holes`.
            try connection.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }
}

/// The sessions of the pool's connections.
final class SQLiteSessions: Sendable {
    private struct Entry: @unchecked Sendable {
        let session: SQLiteSession
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    func session(_ connection: GRDB.Database) throws -> SQLiteSession {
        let key = ObjectIdentifier(connection)
        if let entry = entries.withLock({ $0[key] }) { return entry.session }
        let entry = Entry(session: try SQLiteSession(connection))
        entries.withLock { $0[key] = entry }
        return entry.session
    }

    func removeAll() {
        entries.withLock { entries in
            for entry in entries.values { entry.session.forgetStatements() }
            entries.removeAll()
        }
    }
}
