// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// Lets many wait for a few threads in fairness: whoever waits for much does not hold up whoever waits for little.
///
/// Every piece of work has a party, and the parties take turns. Whom we know goes first. Of the places to wait, one name
/// holds a few only, and strangers together leave some free: who finds none is told to come back.
final class Turns: Sendable {
    /// For whom work is done.
    struct Ticket: Sendable {
        /// Whose turn it is: an account, for one that is being guessed at.
        let party: String
        /// What may hold only so many places, such as that account and the address.
        let places: [(name: String, most: Int)]
        let isKnown: Bool
    }

    private struct State {
        var known: [@Sendable () -> Void] = []
        /// What strangers wait for, by party, and the parties in the order of their turns.
        var waiting: [String: [@Sendable () -> Void]] = [:]
        var order: [String] = []
        var held: [String: Int] = [:]
        var strangers = 0
        var pending = 0
        var running = 0

        /// Returns whether there was a place.
        mutating func enter(
            _ ticket: Ticket, most: Int, mostStrangers: Int, _ work: @escaping @Sendable () -> Void
        ) -> Bool {
            let isFree = ticket.places.allSatisfy { held[$0.name, default: 0] < $0.most }
            guard pending < most, ticket.isKnown || strangers < mostStrangers, isFree else { return false }
            pending += 1
            for place in ticket.places { held[place.name, default: 0] += 1 }
            if ticket.isKnown {
                known.append(work)
            } else {
                strangers += 1
                if waiting[ticket.party] == nil { order.append(ticket.party) }
                waiting[ticket.party, default: []].append(work)
            }
            return true
        }

        mutating func leave(_ ticket: Ticket) {
            pending -= 1
            if !ticket.isKnown { strangers -= 1 }
            for place in ticket.places {
                held[place.name, default: 0] -= 1
                if held[place.name] == 0 { held[place.name] = nil }
            }
        }

        mutating func next() -> (@Sendable () -> Void)? {
            if !known.isEmpty { return known.removeFirst() }
            guard !order.isEmpty else { return nil }
            let party = order.removeFirst()
            guard let first = waiting[party]?.removeFirst() else { return nil }
            if waiting[party]?.isEmpty == true { waiting[party] = nil } else { order.append(party) }
            return first
        }
    }

    private let workers: Int
    private let most: Int
    private let mostStrangers: Int
    private let queue = DispatchQueue(label: "net.entente.turns", qos: .userInitiated, attributes: .concurrent)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - workers: how much is done at one time.
    ///   - most: how much may wait or be done, of which strangers get three quarters.
    init(workers: Int, most: Int) {
        self.workers = workers
        self.most = most
        mostStrangers = most / 4 * 3
    }

    /// Throws 503 where there is no place to wait.
    func run<Value: Sendable>(
        _ ticket: Ticket, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isIn = state.withLock { state in
                state.enter(ticket, most: most, mostStrangers: mostStrangers) { [self] in
                    let result = Result(catching: work)
                    self.state.withLock { $0.leave(ticket) }
                    continuation.resume(with: result)
                }
            }
            if isIn { startNext() } else { continuation.resume(throwing: RequestRefusal.overloaded) }
        }
    }

    /// How much waits or is being done.
    var pending: Int { state.withLock { $0.pending } }

    private func startNext() {
        let job = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.running < workers, let job = state.next() else { return nil }
            state.running += 1
            return job
        }
        guard let job else { return }
        queue.async { [self] in
            job()
            state.withLock { $0.running -= 1 }
            startNext()
        }
    }
}
