// SPDX-License-Identifier: Apache-2.0
import Metrics
import Synchronization

/// How many bytes of bodies are being read at one time, over all clients.
final class BodyBudget: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func take(_ count: Int) -> Bool {
        taken.withLock { taken in
            guard taken + count <= limit else { return false }
            taken += count
            return true
        }
    }

    func giveBack(_ count: Int) { taken.withLock { $0 -= count } }
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
