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
            // A server that has closed a connection meanwhile says so at the first statement: then it is asked on a new one.
            let wasOpen = connection != nil
            let connection = try open()
            connection.begin(work.access)
            let transaction = Transaction(.postgres, connection, work.access)
            do {
                defer { transaction.end() }
                if isRepeated && work.access == .write { connection.queueUp() }
                try work.run(transaction)
                try transaction.requireSuccess()
                try connection.commit()
                return transaction
            } catch {
                connection.rollBack()
                if connection.wasLostBefore && wasOpen {
                    self.connection = nil
                } else {
                    guard connection.wantsRetry && !connection.isLost && .now < deadline else { throw error }
                    isRepeated = true
                }
            }
        }
    }

    private func open() throws -> PostgreSQLConnection {
        if let connection { return connection }
        let opened = try PostgreSQLConnection(url: url)
        connection = opened
        return opened
    }
}
