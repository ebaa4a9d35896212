// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// One subscriber at work in this process: enterprise by enterprise, batch by batch. What it does not get done stops no other.
final class LogReader: Sendable {
    let signal = LogSignal(hearsCommits: false)
    private let subscriber: any Subscriber.Type
    private let kernel: Kernel
    private let database: Database
    private let logger: Logger
    /// Up to where it is known to be done with each log.
    private let done = Mutex<[ID<Enterprise>: Int]>([:])

    /// Batches of one enterprise while others wait for their turn.
    private static let turn = 10
    /// Events in one transaction.
    private static let batch = 200
    /// How far its durable place may stay behind events that it does not take.
    private static let slack = 1000
    /// Before a database that is away for a moment is asked again.
    private static let pause = Duration.seconds(1)

    init(_ subscriber: any Subscriber.Type, _ kernel: Kernel, _ database: Database, _ logger: Logger) {
        self.subscriber = subscriber
        self.kernel = kernel
        self.database = database
        self.logger = logger
    }

    func run() async {
        for await _ in signal.received {
            for enterprise in signal.take().enterprises { await advance(enterprise, batches: Self.turn) }
        }
    }

    /// Goes on where logs have grown, and where it is time to try again.
    func look(_ heads: [ID<Enterprise>: Int], _ due: [ID<Enterprise>]) {
        let grown = done.withLock { done in heads.filter { $0.value > done[$0.key] ?? -1 }.map(\.key) }
        if !grown.isEmpty || !due.isEmpty { signal.send(grown + due) }
    }

    private enum Step: Sendable {
        /// It has taken all there was, up to a place.
        case finished(Int)
        case more
        /// Another process is at it, or it is to wait.
        case waits
    }

    /// - Parameter batches: how many it takes before others have their turn.
    func advance(_ enterprise: ID<Enterprise>, batches: Int = .max) async {
        var left = batches
        // After a failure one by one, so that what comes before the event that it cannot take is done.
        var single = 0
        while true {
            do {
                switch try await step(enterprise, limit: single > 0 ? 1 : Self.batch) {
                case .finished(let head):
                    done.withLock { $0[enterprise] = head }
                    return
                case .more:
                    single = max(0, single - 1)
                    left -= 1
                    if Task.isShuttingDownGracefully || Task.isCancelled { return }
                    if left == 0 { return signal.send([enterprise]) }
                case .waits: return
                }
            } catch let error as StorageError where error.isPassing {
                logger.info("A subscriber has to wait", metadata: ["subscriber": "\(subscriber.name)", "error": "\(error)"])
                return signal.send(enterprise, after: Self.pause)
            } catch {
                if single == 0 {
                    single = Self.batch
                } else {
                    await fail(enterprise, error)
                    return
                }
            }
        }
    }

    private func step(_ id: ID<Enterprise>, limit: Int) async throws -> Step {
        let (subscriber, kernel) = (subscriber, kernel)
        // Most of what is written is nothing to most subscribers: that takes no transaction that writes.
        let found = try await database.read { tx -> Step in
            let store = SubscriptionStore(scope: id, tx: tx)
            guard let subscription = try store.find(subscriber.name) else { return .more }
            if let retryAt = subscription.retryAt { return retryAt > tx.startedAt ? .waits : .more }
            let head = try LogOrder.head(of: id, tx)
            guard head - subscription.position < Self.slack,
                try store.events(for: subscriber, after: subscription.position, upTo: head, limit: 1).isEmpty
            else { return .more }
            return .finished(head)
        }
        guard case .more = found else { return found }
        return try await database.write { tx in
            guard let enterprise = try EnterpriseStore(tx).find(id) else { return .finished(0) }
            let store = SubscriptionStore(scope: id, tx: tx)
            try store.add(subscriber.name, at: subscriber.takesPast ? 0 : LogOrder.head(of: id, tx))
            guard var subscription = try store.find(subscriber.name, isHeld: true),
                subscription.retryAt.map({ $0 <= tx.startedAt }) ?? true
            else { return .waits }
            // Once it is held, and before the events: what is written meanwhile comes after this place.
            let head = try LogOrder.head(of: id, tx)
            let events = try store.events(for: subscriber, after: subscription.position, upTo: head, limit: limit)
            let clock = ContinuousClock.now
            if !events.isEmpty {
                try subscriber.take(events, Desk(enterprise, .system(subscriber.name), kernel, tx, now: tx.startedAt))
            }
            let isMore = events.count == limit
            let place = isMore ? events.last?.position ?? head : head
            let took = Int((ContinuousClock.now - clock) / .milliseconds(1))
            subscription.succeed(upTo: place, at: tx.startedAt, took: events.isEmpty ? subscription.took : took)
            try store.save(subscription, of: subscriber.name)
            return isMore ? .more : .finished(head)
        }
    }

    private func fail(_ enterprise: ID<Enterprise>, _ error: any Error) async {
        // Of an error that is not ours only the sort is kept: its words may quote what somebody wrote.
        let isOurs = error is EventError || error is StorageError
        let (subscriber, reason) = (subscriber, isOurs ? "\(error)" : "\(type(of: error))")
        logger.error("A subscriber failed", metadata: ["subscriber": "\(subscriber.name)", "error": "\(reason.prefix(500))"])
        do {
            try await database.write { tx in
                let store = SubscriptionStore(scope: enterprise, tx: tx)
                guard var subscription = try store.find(subscriber.name, isHeld: true) else { return }
                let event = try store.events(for: subscriber, after: subscription.position, upTo: .max, limit: 1).first
                subscription.fail(at: event?.position, because: reason, at: tx.startedAt)
                try store.save(subscription, of: subscriber.name)
            }
        } catch {
            logger.error("A subscriber's failure cannot be kept", metadata: ["error": "\(error)"])
        }
    }
}

extension StorageError {
    /// Whether it says nothing of what was done, and may be over in a moment.
    fileprivate var isPassing: Bool {
        switch self {
        case .busy, .connectionLost, .full, .unusable, .closed: true
        default: false
        }
    }
}
