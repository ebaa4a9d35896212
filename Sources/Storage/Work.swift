// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

enum Access: Sendable {
    case read
    case write
}

/// A transaction on its way to a database thread.
protocol Work: AnyObject, Sendable {
    var access: Access { get }
    /// Runs the closure and keeps its result; may be called again after a rollback.
    func run(_ transaction: Transaction) throws
    /// Resumes the caller with the kept result, or with the error. Called exactly once.
    func finish(_ error: (any Error)?)
}

/// Unchecked, because it is handed from thread to thread and never used by two at once.
final class TypedWork<T: Sendable>: Work, @unchecked Sendable {
    let access: Access
    private let body: @Sendable (Transaction) throws -> T
    private let statements: StatementCounter
    private let continuation: CheckedContinuation<T, any Error>
    private var result: T?

    init(
        _ access: Access, _ body: @escaping @Sendable (Transaction) throws -> T, _ statements: StatementCounter,
        _ continuation: CheckedContinuation<T, any Error>
    ) {
        self.access = access
        self.body = body
        self.statements = statements
        self.continuation = continuation
    }

    func run(_ transaction: Transaction) throws {
        defer { statements.add(transaction.statementCount) }
        result = try body(transaction)
        try transaction.sayLastWords()
    }

    func finish(_ error: (any Error)?) {
        if let error {
            continuation.resume(throwing: access == .write ? Self.whileWriting(error) : error)
        } else if let result {
            continuation.resume(returning: result)
        } else {
            continuation.resume(throwing: StorageError.transactionEnded)
        }
    }
}

extension TypedWork {
    /// A database that refuses a transaction that may write does so for reasons of its own: a standby, a disk that was
    /// mounted to be read only.
    private static func whileWriting(_ error: any Error) -> any Error {
        error as? StorageError == .readOnly ? StorageError.unusable("it is read-only") : error
    }
}

/// How many statements a database has run.
final class StatementCounter: Sendable {
    private let count = Atomic(0)

    var total: Int { count.load(ordering: .relaxed) }

    func add(_ statements: Int) { count.add(statements, ordering: .relaxed) }
}

/// Hands work to threads that wait for it. Swift's own threads never wait.
final class WorkQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [any Work] = []
    private var isClosed = false
    private let threads = DispatchGroup()

    func put(_ work: any Work) {
        condition.lock()
        let isRefused = isClosed
        if !isRefused {
            waiting.append(work)
            condition.signal()
        }
        condition.unlock()
        if isRefused { work.finish(StorageError.closed) }
    }

    /// Waits for work and takes up to `limit` pieces, oldest first; none once the queue is closed and empty.
    private func take(_ limit: Int) -> [any Work] {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty && !isClosed { condition.wait() }
        let taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        return taken
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// Starts a thread that calls `run` with up to `limit` pieces of work at a time until the queue is closed.
    func startThread(named name: String, limit: Int = 1, _ run: @escaping @Sendable ([any Work]) -> Void) {
        threads.enter()
        let thread = Thread { [self] in
            while true {
                let work = take(limit)
                if work.isEmpty { break }
                run(work)
            }
            threads.leave()
        }
        thread.name = name
        thread.stackSize = 2 << 20
        thread.start()
    }

    func threadsEnded() async {
        await withCheckedContinuation { continuation in
            threads.notify(queue: .global()) { continuation.resume() }
        }
    }
}
