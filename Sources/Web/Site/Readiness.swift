// SPDX-License-Identifier: Apache-2.0
import Logging
import Storage

/// Whether the database takes what is written: tried now and then, and told to whoever watches over the node.
actor Readiness {
    private let database: Database
    private let logger: Logger
    private var latest: Trial?
    private var trouble: StorageError?

    /// However often somebody asks, nothing is written more often.
    private let interval: Duration

    init(_ database: Database, every interval: Duration = .seconds(2), logger: Logger) {
        self.database = database
        self.interval = interval
        self.logger = logger
    }

    private struct Trial {
        let since: ContinuousClock.Instant
        let task: Task<StorageError?, Never>
        var hasEnded = false
    }

    /// What stands in the way; `nil` when all is well.
    func check() async -> StorageError? { await trial().value }

    /// The latest trial, or a new one. None begins before the one before it has ended: while the database hangs, all wait
    /// for the same, and what is told is never older than what was told before.
    func trial() -> Task<StorageError?, Never> {
        if let latest, !latest.hasEnded || ContinuousClock.now - latest.since < interval { return latest.task }
        let task = Task { () -> StorageError? in
            let found = await probe()
            end(found)
            return found
        }
        latest = Trial(since: .now, task: task)
        return task
    }

    private func probe() async -> StorageError? {
        do {
            try await database.probe()
            return nil
        } catch let error as StorageError {
            return error
        } catch {
            return .unusable("\(error)")
        }
    }

    private func end(_ found: StorageError?) {
        latest?.hasEnded = true
        tell(found)
    }

    /// Once when it begins, and once when it is over.
    private func tell(_ found: StorageError?) {
        if let found, trouble == nil { logger.error("Nothing can be saved", metadata: ["reason": "\(found)"]) }
        if found == nil, trouble != nil { logger.notice("Everything can be saved again") }
        trouble = found
    }
}
