// SPDX-License-Identifier: Apache-2.0
import Metrics
import Synchronization

/// How many bytes of bodies are being read at one time: over all clients, and of one. A part is kept for small bodies, so
/// that forms and peers get through while somebody sends files.
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
            guard taken.all + count <= (isSmall ? limit : limit / 4 * 3), isSmall || own + count <= limit / 2 else {
                return false
            }
            taken.all += count
            taken.byClient[client] = own + count
            return true
        }
    }

    func giveBack(_ count: Int, for client: String) {
        taken.withLock { taken in
            taken.all -= count
            taken.byClient[client, default: 0] -= count
            if taken.byClient[client] == 0 { taken.byClient[client] = nil }
        }
    }
}

/// How many streams are open, in all and per client.
final class StreamLimit: Sendable {
    private let total: Int
    private let perClient: Int
    private let open = Mutex<[String: Int]>([:])
    private let gauge = Gauge(label: "entente_streams_open")

    init(total: Int, perClient: Int) {
        self.total = total
        self.perClient = perClient
    }

    func enter(_ client: String) throws {
        try open.withLock { open in
            let count = open.values.reduce(0, +)
            guard open[client, default: 0] < perClient, count < total else { throw RequestRefusal.tooManyStreams }
            open[client, default: 0] += 1
            gauge.record(count + 1)
        }
    }

    func leave(_ client: String) {
        open.withLock { open in
            open[client, default: 0] -= 1
            if open[client] == 0 { open[client] = nil }
            gauge.record(open.values.reduce(0, +))
        }
    }
}
