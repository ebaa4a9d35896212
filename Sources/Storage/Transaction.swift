// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One transaction. Valid only inside the closure that received it.
///
/// A failed statement spoils the transaction on both engines: further statements throw, and it is rolled back even if
/// the error was caught. Where a failure is expected, put the statement into a `savepoint`.
package final class Transaction {
    package let engine: Engine
    package let startedAt: Timestamp
    /// What secrets of the node are sealed with; `nil` where no key is configured.
    package internal(set) var sealing: SealingKey?
    private let session: any Session
    /// How many statements it has run.
    package private(set) var statementCount = 0
    private var hooks: [@Sendable () -> Void] = []
    private var lastWords: [String: (Transaction) throws -> Void] = [:]
    private var failure: (any Error)?
    private var hasEnded = false
    private var inHand: Set<UUID> = []
    private let access: Access
    private var recalled: [Recalled: Any] = [:]

    init(_ engine: Engine, _ session: any Session, _ access: Access = .write) {
        self.engine = engine
        self.access = access
        self.startedAt = .now
        self.session = session
    }

    /// All rows of a query. Inlinable, like what else is generic here, so that each store has code for its own rows.
    @inlinable
    package func all<T>(_ sql: SQL, _ read: (inout Row) throws -> T) throws -> [T] {
        var rows: [T] = []
        try each(sql) { row in
            rows.append(try read(&row))
            return true
        }
        return rows
    }

    /// The first row of a query.
    @inlinable
    package func first<T>(_ sql: SQL, _ read: (inout Row) throws -> T) throws -> T? {
        var first: T?
        try each(sql) { row in
            first = try read(&row)
            return false
        }
        return first
    }

    /// Visits rows until that gives false.
    @usableFromInline
    func each(_ sql: SQL, _ visit: (inout Row) throws -> Bool) throws {
        _ = try execute(RenderedSQL(sql, for: engine), visit)
    }

    /// What `read` gives, read once: nothing changes for one who only reads. A transaction that writes reads it each time.
    /// - Parameters:
    ///   - what: what is read, in words of the caller's own.
    ///   - key: all that it depends on.
    package func recall<T>(_ what: String, of key: some Hashable, _ read: () throws -> T) rethrows -> T {
        guard access == .read else { return try read() }
        let key = Recalled(what: what, key: AnyHashable(key))
        if let found = recalled[key], let known = found as? T { return known }
        let value = try read()
        recalled[key] = value
        return value
    }

    private struct Recalled: Hashable {
        let what: String
        let key: AnyHashable
    }

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    package func run(_ sql: SQL) throws -> Int {
        try execute(RenderedSQL(sql, for: engine)) { _ in true }
    }

    /// Asks for the rows of a query that does not depend on what is asked before its rows are looked at: PostgreSQL answers
    /// all such questions in one round trip. It sees what was written before it, and nothing that is written after it.
    @inlinable
    package func later<T>(_ sql: SQL, _ read: @escaping (inout Row) throws -> T) throws -> Later<T> {
        let rows = LaterRows<T>()
        return Later(self, try hand(sql) { row in rows.take { try read(&row) } }, rows)
    }

    /// Runs a statement that is not expected to fail and whose outcome nobody needs. If it fails nevertheless, the next
    /// statement that waits for an answer throws its error, or the transaction does.
    package func runLater(_ sql: SQL) throws {
        _ = try hand(sql) { _ in true }
    }

    /// Waits for all that was handed over.
    func catchUp() throws {
        if hasEnded || failure != nil { throw StorageError.transactionEnded }
        do { try session.catchUp() } catch {
            failure = error
            throw error
        }
    }

    @usableFromInline
    func hand(_ sql: SQL, _ visit: @escaping (inout Row) -> Bool) throws -> Handed { try hand(RenderedSQL(sql, for: engine), visit) }

    private func hand(_ sql: RenderedSQL, _ visit: @escaping (inout Row) -> Bool) throws -> Handed {
        if hasEnded || failure != nil { throw StorageError.transactionEnded }
        statementCount += 1
        do { return try session.hand(sql, visit) } catch {
            failure = error
            throw error
        }
    }

    /// Runs `body` so that, if it throws, what it did is undone and the transaction remains usable.
    @discardableResult
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        let (hookCount, words) = (hooks.count, lastWords)
        // What fails of it is not this savepoint's.
        try catchUp()
        _ = try hand(.savepoint) { _ in true }
        do {
            let result = try body()
            try requireSuccess()
            try catchUp()
            _ = try hand(.releaseSavepoint) { _ in true }
            return result
        } catch {
            hooks.removeSubrange(hookCount...)
            lastWords = words
            do { try undoSavepoint() } catch let undoing {
                // A full disk, for one, makes SQLite roll everything back at once: then there is no savepoint any more, and
                // what was wrong first says why.
                failure = error
                throw hasEnded ? undoing : error
            }
            throw error
        }
    }

    /// Waits until no other transaction has a lock of this name, and holds it to the end. SQLite has one writer, so there it
    /// is nothing.
    package func lock(_ name: String) throws {
        guard engine == .postgres else { return }
        _ = try first("SELECT pg_advisory_xact_lock(hashtextextended(\(name), 0))") { _ in true }
    }

    /// Runs `body` while something, by its id, is in hand. Throws ``StorageError/inHandAlready`` where it is already: two who
    /// change it at once would each save their own.
    package func holding<T>(_ id: UUID, _ body: () throws -> T) throws -> T {
        guard inHand.insert(id).inserted else { throw StorageError.inHandAlready }
        defer { inHand.remove(id) }
        return try body()
    }

    /// Runs `body` at the end of the transaction and within it, once a key, in the order of the keys: for a row that many
    /// transactions write, which none should hold for longer than it must, or while it waits for another.
    package func beforeCommit(_ key: String, _ body: @escaping (Transaction) throws -> Void) { lastWords[key] = body }

    /// Runs `body` on a database thread after the commit, before `write` returns; never after a rollback. It must be
    /// quick and must not wait.
    package func afterCommit(_ body: @escaping @Sendable () -> Void) { hooks.append(body) }

    private func undoSavepoint() throws {
        if hasEnded { throw StorageError.transactionEnded }
        failure = nil
        do { try session.catchUp() } catch {
            // It is undone with the rest; where it stood before the savepoint, there is none to go back to, and that fails.
        }
        _ = try execute(.rollbackToSavepoint) { _ in true }
        _ = try execute(.releaseSavepoint) { _ in true }
    }

    private func execute(_ sql: RenderedSQL, _ visit: (inout Row) throws -> Bool) throws -> Int {
        if hasEnded || failure != nil { throw StorageError.transactionEnded }
        statementCount += 1
        var readingError: (any Error)?
        let changed: Int
        do {
            changed = try session.execute(sql) { row in
                do { return try visit(&row) } catch {
                    readingError = error
                    return false
                }
            }
        } catch {
            failure = error
            throw error
        }
        if let readingError { throw readingError }
        return changed
    }
}

/// What the engines need from it.
extension Transaction {
    /// Throws the error of a failed statement that the closure caught.
    func requireSuccess() throws {
        if let failure { throw failure }
    }

    /// Does what waits for the end of the closure.
    func sayLastWords() throws {
        try requireSuccess()
        for (_, body) in lastWords.sorted(by: { $0.key < $1.key }) { try body(self) }
        lastWords = [:]
    }

    /// Refuses further statements.
    func end() { hasEnded = true }

    func runHooks() {
        for hook in hooks { hook() }
    }
}

extension RenderedSQL {
    fileprivate static let savepoint = RenderedSQL("SAVEPOINT step", for: .sqlite)
    fileprivate static let releaseSavepoint = RenderedSQL("RELEASE SAVEPOINT step", for: .sqlite)
    fileprivate static let rollbackToSavepoint = RenderedSQL("ROLLBACK TO SAVEPOINT step", for: .sqlite)
}

/// A connection that runs statements.
protocol Session: AnyObject {
    /// Runs one statement, calls `visit` for each row until it returns false, and returns the number of changed rows.
    func execute(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int
    /// Takes a statement to be run after those before it: at once, or when `catchUp` or `execute` is called.
    func hand(_ sql: RenderedSQL, _ visit: @escaping (inout Row) -> Bool) throws -> Handed
    func catchUp() throws
}

extension Session {
    func hand(_ sql: RenderedSQL, _ visit: @escaping (inout Row) -> Bool) throws -> Handed {
        let handed = Handed(sql.text, visit)
        handed.changed = try execute(sql, visit)
        handed.isDone = true
        return handed
    }

    func catchUp() throws {}
}
