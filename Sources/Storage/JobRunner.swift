// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// One run of a job.
package struct JobAttempt: Sendable {
    package let id: ID<Job>
    package let kind: String
    package let payload: String
    /// 1 at the first.
    package let number: Int
    let lease: ID<JobAttempt>

    package func decode<Payload: Decodable>(_ type: Payload.Type = Payload.self) throws -> Payload {
        try JSONDecoder().decode(type, from: Data(payload.utf8))
    }
}

package typealias JobHandler = @Sendable (JobAttempt) async throws -> Void

/// A kind of job: how it is done, and after how many attempts it is given up.
package struct JobSort: Sendable {
    package let kind: String
    package let maximumAttempts: Int
    package let handler: JobHandler

    package init(_ kind: String, maximumAttempts: Int = 12, handler: @escaping JobHandler) {
        self.kind = kind
        self.maximumAttempts = maximumAttempts
        self.handler = handler
    }
}

/// Runs the jobs that it has handlers for; any number of processes may do so on one database.
package struct JobRunner: Service {
    private let database: Database
    private let sorts: [String: JobSort]
    private let parallel: Int
    private let lease: Duration
    private let logger: Logger

    /// A handler that takes longer than `lease` runs again beside itself.
    package init(
        database: Database, sorts: [JobSort], parallel: Int = 8, lease: Duration = .seconds(300),
        logger: Logger = Logger(label: "entente.jobs")
    ) {
        self.database = database
        self.sorts = Dictionary(sorts.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
        self.parallel = parallel
        self.lease = lease
        self.logger = logger
    }

    /// Runs jobs as they fall due, until a graceful shutdown; then the started ones are finished.
    package func run() async throws {
        // One process serves an SQLite file, so what is leased at its start was left by one that was killed.
        if database.engine == .sqlite { try await database.write { tx in try Jobs.endLeases(tx) } }
        let signal = JobSignal()
        let slots = JobSlots(parallel)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                let ticker = Task {
                    while true {
                        signal.send()
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                defer { ticker.cancel() }
                for await _ in signal.received {
                    for attempt in await leaseLoggingErrors(slots.free) {
                        slots.take()
                        group.addTask {
                            await performLoggingErrors(attempt)
                            slots.giveBack()
                            signal.send()
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            signal.finish()
        }
    }

    /// Runs, one after another, the jobs that are due at `now`, and returns how many ran.
    @discardableResult
    package func runDue(at now: Timestamp) async throws -> Int {
        var count = 0
        while let attempt = try await lease(1, at: now).first {
            try await perform(attempt, at: { now })
            count += 1
        }
        return count
    }

    private func lease(_ limit: Int, at now: Timestamp) async throws -> [JobAttempt] {
        guard limit > 0 else { return [] }
        let kinds = sorts.keys.sorted()
        return try await database.write { [lease] in
            try Jobs.lease($0, kinds: kinds, limit: limit, at: now, for: lease)
        }
    }

    private func leaseLoggingErrors(_ limit: Int) async -> [JobAttempt] {
        do { return try await lease(limit, at: .now) } catch {
            logger.error("Jobs cannot be read", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func performLoggingErrors(_ attempt: JobAttempt) async {
        do { try await perform(attempt, at: { .now }) } catch {
            // The lease ends by itself, and then the job runs again.
            logger.error("A job's end cannot be written", metadata: ["kind": "\(attempt.kind)", "error": "\(error)"])
        }
    }

    private func perform(_ attempt: JobAttempt, at now: @Sendable () -> Timestamp) async throws {
        do {
            // A job that ended its process every time never comes to throw.
            if attempt.number > maximumAttempts(of: attempt) { throw JobError.neverFinished }
            try await sorts[attempt.kind]?.handler(attempt)
            try await database.write { try Jobs.finish($0, attempt) }
        } catch {
            try await fail(attempt, "\(error)", at: now())
        }
    }

    private func fail(_ attempt: JobAttempt, _ error: String, at now: Timestamp) async throws {
        let error = String(error.prefix(500))
        let isDead = attempt.number >= maximumAttempts(of: attempt)
        logger.log(
            level: isDead ? .error : .info, "A job failed",
            metadata: ["kind": "\(attempt.kind)", "attempt": "\(attempt.number)", "error": "\(error)"])
        try await database.write { transaction in
            if isDead {
                try Jobs.bury(transaction, attempt, at: now, error: error)
            } else {
                try Jobs.postpone(transaction, attempt, until: now.adding(backOff(after: attempt.number)), error: error)
            }
        }
    }

    private func maximumAttempts(of attempt: JobAttempt) -> Int { sorts[attempt.kind]?.maximumAttempts ?? 0 }

    /// 2 s, 4 s, 8 s, … up to an hour.
    private func backOff(after attempt: Int) -> Duration { min(.seconds(1 << min(attempt, 12)), Jobs.longestWait) }
}

package enum JobError: Error {
    case neverFinished
}

/// How many more jobs may run at once.
private final class JobSlots: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    var free: Int { count.withLock { $0 } }
    func take() { count.withLock { $0 -= 1 } }
    func giveBack() { count.withLock { $0 += 1 } }
}

/// Wakes the runners of this process, which else look once a second. Signals that arrive together are one.
struct JobSignal: Sendable {
    private static let listeners = Mutex<[UUID: AsyncStream<Void>.Continuation]>([:])

    let received: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (received, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = UUID()
        Self.listeners.withLock { $0[id] = continuation }
        continuation.onTermination = { _ in _ = Self.listeners.withLock { $0.removeValue(forKey: id) } }
    }

    func send() { continuation.yield() }
    func finish() { continuation.finish() }

    static func send() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield() }
    }
}
