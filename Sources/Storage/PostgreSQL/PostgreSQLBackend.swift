// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation

/// PostgreSQL: a number of threads, each with a connection that it opens when it first has work.
final class PostgreSQLBackend: Backend {
    private let queue = WorkQueue()

    init(url: String, connections: Int) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            throw StorageError.invalidLocation(trimmed(message))
        }
        PQconninfoFree(options)
        for _ in 0..<max(connections, 1) {
            let thread = PostgreSQLThread(url: url)
            queue.startThread(named: "postgresql") { for work in $0 { thread.perform(work) } }
        }
    }

    func submit(_ work: any Work) { queue.put(work) }
    func stop() { queue.close() }
    func stopped() async { await queue.threadsEnded() }
}

/// Unchecked, because one thread owns it.
private final class PostgreSQLThread: @unchecked Sendable {
    private let url: String
    private var connection: PostgreSQLConnection?

    /// How long a transaction that conflicts with others is run again. The server takes a second to see a deadlock.
    private static let patience = Duration.seconds(20)

    init(url: String) { self.url = url }

    func perform(_ work: any Work) {
        do {
            let transaction = try committed(work)
            transaction.runHooks()
            work.finish(nil)
        } catch {
            work.finish(error)
        }
        if connection?.isLost == true { connection = nil }
    }

    private func committed(_ work: any Work) throws -> Transaction {
        let deadline = ContinuousClock.now + Self.patience
        var isRepeated = false
        while true {
            let connection = try begin(work.access)
            let transaction = Transaction(.postgres, connection)
            do {
                defer { transaction.end() }
                if isRepeated && work.access == .write { try connection.queueUp() }
                try work.run(transaction)
                try transaction.requireSuccess()
                try connection.command("COMMIT")
                return transaction
            } catch {
                connection.rollBack()
                guard connection.wantsRetry && !connection.isLost && .now < deadline else { throw error }
                isRepeated = true
            }
        }
    }

    /// Begins on the open connection, or on a new one if the server has closed it: nothing has been done on it yet.
    private func begin(_ access: Access) throws -> PostgreSQLConnection {
        if let connection {
            do {
                try connection.begin(access)
                return connection
            } catch {
                guard connection.isLost else { throw error }
                self.connection = nil
            }
        }
        let opened = try PostgreSQLConnection(url: url)
        connection = opened
        try opened.begin(access)
        return opened
    }
}
