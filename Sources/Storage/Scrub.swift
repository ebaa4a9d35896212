// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Database {
    /// Makes sure that what was deleted or overwritten before this call is not in the database's files any more, as far as
    /// the engine lets go of it while it is in use: in SQLite no byte of it is left; in PostgreSQL no row and no index has
    /// it, but pages and the write-ahead log keep bytes until they are written anew (`rewrite`). Throws
    /// `StorageError.busy` when somebody reads an older state for longer than `patience`.
    package func scrub(patience: Duration = .seconds(30)) async throws {
        let mark = try await mark()
        try await retried(patience) { [backend, location] in
            switch location {
            case .sqliteInMemory: break
            case .sqlite(let path): try (backend as? SQLiteBackend)?.scrub(path)
            case .postgres(let url): try PostgreSQLMaintenance(url).vacuum(past: mark)
            }
        }
    }

    /// Writes every table and index anew, so that nothing of what was deleted is left in the database's files. For a
    /// quiet hour: it needs as much space again, and PostgreSQL locks each table while it is written.
    /// - Returns: whether the log was renewed too; PostgreSQL lets only some roles do that.
    package func rewrite() async throws -> Bool {
        let mark = try await mark()
        return try await retried(.seconds(30)) { [backend, location] in
            switch location {
            case .sqliteInMemory: return true
            case .sqlite(let path):
                try (backend as? SQLiteBackend)?.rewrite(path)
                return true
            case .postgres(let url): return try PostgreSQLMaintenance(url).rewrite(past: mark)
            }
        }
    }

    /// Up to where PostgreSQL has to forget: noted before the first attempt, so that whoever comes later is not waited for.
    private func mark() async throws -> Int {
        guard case .postgres(let url) = location else { return 0 }
        return try await onThread { try PostgreSQLMaintenance(url).mark() }
    }

    /// Waits for longer each time: an attempt may hold writers up, and a backup takes its time.
    private func retried<T: Sendable>(_ patience: Duration, _ body: @escaping @Sendable () throws -> T) async throws -> T {
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(20)
        while true {
            do { return try await onThread(body) } catch StorageError.busy where ContinuousClock.now < deadline {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }
}

/// Runs what waits on a thread that may.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}
