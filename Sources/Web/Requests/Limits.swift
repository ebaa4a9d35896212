// SPDX-License-Identifier: Apache-2.0
import Metrics
import Synchronization

/// How many bytes of bodies are being read at one time: over all clients, and of one. A part of both is kept for small
/// bodies, so that forms and peers get through while somebody sends files.
final class BodyBudget: Sendable {
    private struct Taken {
        var all = 0
        var byClient: [String: Int] = [:]
    }

    private let limit: Int
    private let taken = Mutex(Taken())

    /// The most that a small body has, in bytes.
    static let small = 1 << 20

    init(limit: Int) { self.limit = limit }

    /// - Parameter size: the body's so far, with these bytes.
    func take(_ count: Int, for client: String, size: Int) -> Bool {
        taken.withLock { taken in
            let isSmall = size <= Self.small
            let own = taken.byClient[client, default: 0]
            guard taken.all + count <= (isSmall ? limit : limit / 4 * 3),
                own + count <= (isSmall ? limit / 8 * 3 : limit / 4)
            else { return false }
            taken.all += count
            taken.byClient[client] = own + count
            return true
        }
    }

    /// How many bytes are taken.
    var count: Int { taken.withLock { $0.all } }

    fileprivate func giveBack(_ count: Int, for client: String) {
        taken.withLock { taken in
            taken.all -= count
            taken.byClient[client, default: 0] -= count
            if taken.byClient[client] == 0 { taken.byClient[client] = nil }
        }
    }
}

/// What one request has taken from a budget; it goes back when nobody holds this any more.
final class BudgetShare: Sendable {
    private let budget: BodyBudget
    private let client: String
    private let count = Mutex(0)

    init(of budget: BodyBudget, for client: String) {
        self.budget = budget
        self.client = client
    }

    deinit {
        let count = count.withLock { $0 }
        if count > 0 { budget.giveBack(count, for: client) }
    }

    /// Takes as much more as makes `total`; throws 503 where the budget has no more.
    func grow(to total: Int) throws {
        try count.withLock { count in
            guard total > count else { return }
            guard budget.take(total - count, for: client, size: total) else { throw RequestRefusal.overloaded }
            count = total
        }
    }
}

/// How much is open or under way at one time, in all and per client.
final class PlaceLimit: Sendable {
    private struct Open {
        var all = 0
        var byClient: [String: Int] = [:]
    }

    private let total: Int
    private let perClient: Int
    private let open = Mutex(Open())
    private let refusal: RequestRefusal
    private let gauge: Gauge

    /// - Parameters:
    ///   - label: of the figure in `/metrics`.
    ///   - refusal: what is thrown where there is no place.
    init(total: Int = .max, perClient: Int, label: String, refusal: RequestRefusal) {
        self.total = total
        self.perClient = perClient
        self.refusal = refusal
        gauge = Gauge(label: label)
    }

    /// A place is left once: a stream's when its connection has closed, or its writer has ended, or nobody ever came to
    /// write it.
    final class Place: Sendable {
        private let limit: PlaceLimit
        private let client: String
        private let isLeft = Mutex(false)

        fileprivate init(_ limit: PlaceLimit, _ client: String) {
            self.limit = limit
            self.client = client
        }

        deinit { leave() }

        func leave() {
            let isFirst = isLeft.withLock { isLeft in
                defer { isLeft = true }
                return !isLeft
            }
            if isFirst { limit.leave(client) }
        }
    }

    func enter(_ client: String) throws -> Place {
        try open.withLock { open in
            guard open.byClient[client, default: 0] < perClient, open.all < total else {
                throw refusal
            }
            open.all += 1
            open.byClient[client, default: 0] += 1
            gauge.record(open.all)
        }
        return Place(self, client)
    }

    /// How many are open.
    var count: Int { open.withLock { $0.all } }

    private func leave(_ client: String) {
        open.withLock { open in
            open.all -= 1
            open.byClient[client, default: 0] -= 1
            if open.byClient[client] == 0 { open.byClient[client] = nil }
            gauge.record(open.all)
        }
    }
}
