// SPDX-License-Identifier: Apache-2.0

/// A database of either engine. Transactions are synchronous closures that run on the database's own threads; they
/// wait for nothing but the database.
///
/// A closure may run more than once, when the engine asks to try its transaction again: it must have no effect but
/// through its `Transaction`.
package final class Database: Sendable {
    package let location: Location
    let backend: any Backend
    private let sealing: SealingKey?

    private let statements = StatementCounter()

    /// How many statements this process has run in it, for the budgets of pages.
    package var statementCount: Int { statements.total }

    package var engine: Engine { location.engine }

    private init(_ location: Location, _ backend: any Backend, _ sealing: SealingKey?) {
        self.location = location
        self.backend = backend
        self.sealing = sealing
    }

    deinit { backend.stop() }

    /// Opens the database and makes sure that it answers. `connections` bounds those to PostgreSQL; `sealing` is what
    /// secrets of the node are sealed with.
    package static func open(
        _ location: Location, connections: Int = 8, sealing: SealingKey? = nil
    ) async throws -> Database {
        let backend: any Backend =
            switch location {
            case .sqlite(let path): try SQLiteBackend(path: path)
            case .sqliteInMemory: try SQLiteBackend(path: nil)
            case .postgres(let url): try PostgreSQLBackend(url: url, connections: connections)
            }
        let database = Database(location, backend, sealing)
        _ = try await database.read { transaction in try transaction.first("SELECT 1") { try $0.next() as Int } }
        return database
    }

    /// Runs `body` on one snapshot of the database; a statement that writes throws `StorageError.readOnly`.
    package func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await perform(.read, body)
    }

    /// Runs `body` in a transaction that is durably committed when this returns, and rolled back when it throws.
    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await perform(.write, body)
    }

    /// Tells SQLite how its indexes are filled, from a sample, so that it chooses well between them; PostgreSQL does so by
    /// itself. Cheap; once after the start and once a day is enough.
    package func refreshStatistics() async throws {
        guard engine == .sqlite else { return }
        try await write { tx in try tx.run("ANALYZE") }
        (backend as? SQLiteBackend)?.statisticsChanged()
    }

    /// Lets accepted transactions finish, then closes. Later ones throw `StorageError.closed`.
    package func close() async {
        backend.stop()
        await backend.stopped()
    }

    private func perform<T: Sendable>(
        _ access: Access, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        let sealing = sealing
        let withKey: @Sendable (Transaction) throws -> T = { tx in
            tx.sealing = sealing
            return try body(tx)
        }
        return try await withCheckedThrowingContinuation { continuation in
            backend.submit(TypedWork(access, withKey, statements, continuation))
        }
    }
}

/// An engine: takes transactions, runs them on its threads.
protocol Backend: Sendable {
    func submit(_ work: any Work)
    /// Takes no more work; returns at once.
    func stop()
    /// Waits until the accepted work is done and all is closed.
    func stopped() async
}
