// SPDX-License-Identifier: Apache-2.0
import Logging
import Storage

/// Whether the database takes what is written: tried now and then, and told to whoever watches over the node.
actor Readiness {
    private let database: Database
    private let logger: Logger
    private var trial: (since: ContinuousClock.Instant, Task<StorageError?, Never>)?
    private var trouble: StorageError?

    /// However often somebody asks, nothing is written more often.
    private let interval: Duration

    init(_ database: Database, every interval: Duration = .seconds(2), logger: Logger) {
        self.database = database
        self.interval = interval
        self.logger = logger
    }

    /// What stands in the way; `nil` when all is well.
    func check() async -> StorageError? {
        if let (since, task) = trial, ContinuousClock.now - since < interval { return await task.value }
        let task = Task { [database] () -> StorageError? in
            do {
                try await database.probe()
                return nil
            } catch let error as StorageError {
                return error
            } catch {
                return .unusable("\(error)")
            }
        }
        trial = (.now, task)
        let found = await task.value
        tell(found)
        return found
    }

    /// Once when it begins, and once when it is over.
    private func tell(_ found: StorageError?) {
        if let found, trouble == nil { logger.error("Nothing can be saved", metadata: ["reason": "\(found)"]) }
        if found == nil, trouble != nil { logger.notice("Everything can be saved again") }
        trouble = found
    }
}
