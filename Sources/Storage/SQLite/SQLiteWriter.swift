// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Group commit: transactions that wait together are committed together, so that they share one flush to the disk.
/// Each runs in a savepoint of its own, so that one that fails takes nobody with it.
struct SQLiteWriter: Sendable {
    let connections: any DatabaseWriter
    let sessions: SQLiteSessions
    /// `nil` for a database in memory.
    let file: SQLiteFile?

    func commit(_ group: [any Work]) {
        do {
            try file?.requirePresence()
            try connections.writeWithoutTransaction { connection in
                let session = try sessions.session(connection)
                try session.run("BEGIN IMMEDIATE")
                if !commit(group, in: session) {
                    // One of them broke the transaction they shared, or its commit: now each on its own.
                    for work in group { commitAlone(work, session) }
                }
            }
        } catch {
            for work in group { work.finish(error) }
        }
    }

    /// Runs and commits the group in the transaction that has begun; false if all of it has been rolled back.
    private func commit(_ group: [any Work], in session: SQLiteSession) -> Bool {
        var outcomes: [(work: any Work, result: Result<Transaction, any Error>)] = []
        for work in group {
            outcomes.append((work, Result { try attempt(work, session) }))
            // A full disk, for one, makes SQLite roll everything back.
            if !session.isInTransaction { return false }
        }
        do { try session.run("COMMIT") } catch {
            session.rollBack()
            return false
        }
        for (work, result) in outcomes { finish(work, result) }
        return true
    }

    private func commitAlone(_ work: any Work, _ session: SQLiteSession) {
        let result = Result {
            do {
                try session.run("BEGIN IMMEDIATE")
                let transaction = try attempt(work, session)
                try session.run("COMMIT")
                return transaction
            } catch {
                session.rollBack()
                throw error
            }
        }
        finish(work, result)
    }

    private func attempt(_ work: any Work, _ session: SQLiteSession) throws -> Transaction {
        let transaction = Transaction(.sqlite, session)
        defer { transaction.end() }
        try transaction.savepoint { try work.run(transaction) }
        return transaction
    }

    private func finish(_ work: any Work, _ result: Result<Transaction, any Error>) {
        switch result {
        case .success(let transaction):
            transaction.runHooks()
            work.finish(nil)
        case .failure(let error): work.finish(error)
        }
    }
}

extension SQLiteSession {
    func run(_ sql: SQL) throws { _ = try execute(RenderedSQL(sql, for: .sqlite)) { _ in true } }

    /// Ends a transaction that has written nothing.
    func end() {
        do { try run("COMMIT") } catch { rollBack() }
    }

    fileprivate func rollBack() {
        guard isInTransaction else { return }
        do { try run("ROLLBACK") } catch {
            // SQLite fails to roll back only when it has already done so.
        }
    }
}
