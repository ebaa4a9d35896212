// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import Storage

/// Lets subscribers follow the logs of all enterprises; any number of processes may do so on one database.
package struct Subscribing: Service {
    private let kernel: Kernel
    private let database: Database
    private let interval: Duration
    /// How long what is written one after the other is gathered: who follows a busy log takes it in few transactions, and what
    /// comes alone is taken at once.
    private let pace: Duration
    private let logger: Logger

    /// - Parameter interval: how often it looks for what other processes wrote; what this one writes it hears at once.
    package init(
        _ kernel: Kernel, _ database: Database, looksEvery interval: Duration = .seconds(1), pace: Duration = .milliseconds(20),
        logger: Logger = Logger(label: "entente.log")
    ) {
        self.interval = interval
        self.pace = pace
        self.kernel = kernel
        self.database = database
        self.logger = logger
    }

    package func run() async throws {
        let commits = LogSignal(hearsCommits: true)
        let readers = kernel.subscribers.map { LogReader($0, kernel, database, logger) }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for reader in readers { group.addTask { await reader.run() } }
                // Looks once a second for what other processes wrote, and for what is to be tried again.
                let ticker = Task { [interval] in
                    while true {
                        commits.look()
                        try await Task.sleep(for: interval)
                    }
                }
                var next = ContinuousClock.now
                for await _ in commits.received {
                    // Also at the end: what was told is told on.
                    if next > .now { try? await Task.sleep(until: next) }
                    next = .now + pace
                    let (enterprises, isTimeToLook) = commits.take()
                    if !enterprises.isEmpty { await order(enterprises, for: readers, told: commits) }
                    if isTimeToLook { await look(readers, told: commits) }
                }
                ticker.cancel()
                for reader in readers { reader.signal.finish() }
            }
        } onGracefulShutdown: {
            commits.finish()
        }
    }

    /// Gives places to what was written, and has it followed.
    private func order(_ enterprises: Set<ID<Enterprise>>, for readers: [LogReader], told commits: LogSignal) async {
        for enterprise in enterprises {
            do {
                if database.engine == .postgres {
                    while try await database.write({ try LogOrder.settle(enterprise, $0) }) { continue }
                }
                for reader in readers { reader.signal.send([enterprise]) }
            } catch {
                logger.error("A log cannot be put in order", metadata: ["error": "\(error)"])
                commits.send(enterprise, after: .seconds(1))
            }
        }
    }

    private func look(_ readers: [LogReader], told commits: LogSignal) async {
        do {
            let (waiting, heads, due) = try await database.read { tx in
                (try LogOrder.waiting(tx), try LogOrder.heads(tx), try SubscriptionStore.due(tx, at: tx.startedAt))
            }
            if !waiting.isEmpty { await order(Set(waiting), for: readers, told: commits) }
            for reader in readers { reader.look(heads, due) }
        } catch {
            logger.error("The log cannot be looked at", metadata: ["error": "\(error)"])
        }
    }

    /// Lets every subscriber take all there is, for tests and commands; who fails is told of in its subscription.
    package func drain() async throws {
        for enterprise in try await database.read({ try EnterpriseStore($0).all() }) {
            if database.engine == .postgres {
                while try await database.write({ try LogOrder.settle(enterprise.id, $0) }) { continue }
            }
            for subscriber in kernel.subscribers {
                await LogReader(subscriber, kernel, database, logger).advance(enterprise.id)
            }
        }
    }
}
