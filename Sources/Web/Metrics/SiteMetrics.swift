// SPDX-License-Identifier: Apache-2.0
import Metrics
import Synchronization

/// What the site measures of itself, per route and status.
final class SiteMetrics: Sendable {
    private struct Key: Hashable {
        let route: Route?
        let status: Int
    }

    private let inFlight = Atomic(0)
    private let gauge = Gauge(label: "entente_requests_in_flight")
    private let database = Timer(label: "entente_database_seconds")
    private let timers = Mutex<[Key: Timer]>([:])

    func begin() { gauge.record(inFlight.add(1, ordering: .relaxed).newValue) }

    func end(_ route: Route?, status: Int, after duration: Duration) {
        gauge.record(inFlight.subtract(1, ordering: .relaxed).newValue)
        let key = Key(route: route, status: status)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let labels = [
                ("method", route?.method.rawValue ?? ""), ("route", route?.pattern ?? ""), ("status", String(status)),
            ]
            let timer = Timer(label: "entente_request_seconds", dimensions: labels)
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(Int64(duration.seconds * 1e9))
    }

    func timeDatabase<Value>(_ work: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        defer { database.recordNanoseconds(Int64((ContinuousClock.now - start).seconds * 1e9)) }
        return try await work()
    }
}
