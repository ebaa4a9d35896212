// SPDX-License-Identifier: Apache-2.0
import Storage
import Synchronization

/// Token buckets in memory, in front of those that processes share.
final class RateLimiter: Sendable {
    private struct Bucket {
        /// When the bucket is full again, in seconds of `clock`. That one number is the whole state.
        var fullAt: Double
    }

    /// The most that are kept: beyond it those that are full again go, and where there are none, all.
    private static let limit = 100_000
    private let buckets = Mutex<[String: Bucket]>([:])
    private let start = ContinuousClock.now

    /// Takes one from the bucket. Throws 429 where it is empty.
    func take(_ limit: RateLimit, _ key: String) throws {
        let now = (ContinuousClock.now - start).seconds
        let interval = limit.window.seconds / Double(limit.burst)
        let wait = buckets.withLock { buckets -> Double? in
            let fullAt = max(buckets[key]?.fullAt ?? now, now) + interval
            let wait = fullAt - now - limit.window.seconds
            if wait > 0.000_001 { return wait }
            if buckets.count >= Self.limit {
                buckets = buckets.filter { $0.value.fullAt > now }
                // Half of it, or the next requests would search through all of them again.
                if buckets.count >= Self.limit / 2 { buckets = [:] }
            }
            buckets[key] = Bucket(fullAt: fullAt)
            return nil
        }
        if let wait { throw RequestRefusal.tooManyRequests(retryAfter: max(1, Int(wait.rounded(.up)))) }
    }

    /// One household's IPv6 addresses share the first 64 bits; they count as one client.
    static func client(_ address: String) -> String {
        guard let bytes = IPAddress.bytes(address), bytes.count == 16 else { return address }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}

/// Token buckets in the database, which all processes of a node share. Their names are kept as digests only.
package enum SharedLimits {
    /// Takes one from each of these buckets, in this order, until one is empty: then it throws 429, and what was taken
    /// stays taken. It is a transaction of its own, so that what is refused later has counted all the same.
    package static func take(_ buckets: [(limit: RateLimit, name: String)], _ database: Database) async throws {
        let wait = try await database.write { tx -> Int? in
            for (limit, name) in buckets {
                if let milliseconds = try time(toWaitFor: limit, name, tx) { return milliseconds }
            }
            return nil
        }
        if let wait { throw RequestRefusal.tooManyRequests(retryAfter: max(1, (wait + 999) / 1000)) }
    }

    /// Seconds by which the clocks of processes may differ. What is full later than any bucket could be was written by a
    /// clock that was ahead, and counts no more.
    static let drift = 3_600

    /// Milliseconds until the bucket holds one again; `nil` where one was taken.
    private static func time(toWaitFor limit: RateLimit, _ name: String, _ tx: Transaction) throws -> Int? {
        let bucket = RandomToken.digest(of: "\(limit.burst) \(limit.window) \(name)")
        let (now, window) = (tx.startedAt, limit.window)
        let interval = window / limit.burst
        let latest = now.adding(window - interval)
        let isTaken = try tx.run(
            """
            INSERT INTO rate_limits (bucket, full_at) VALUES (\(bucket), \(now.adding(interval)))
            ON CONFLICT (bucket) DO UPDATE SET full_at =
                CASE WHEN rate_limits.full_at BETWEEN \(now) AND \(latest) THEN rate_limits.full_at ELSE \(now) END
                + \(interval.milliseconds)
            WHERE rate_limits.full_at <= \(latest) OR rate_limits.full_at > \(now.adding(window) + Self.drift)
            """)
        if isTaken > 0 { return nil }
        let fullAt: Timestamp? = try tx.first("SELECT full_at FROM rate_limits WHERE bucket = \(bucket)") { try $0.next() }
        return fullAt.map { ($0 - latest).milliseconds }
    }
}

extension Credentials {
    /// Who counts as one client for limits: an address, or the network of a household.
    package var client: String { RateLimiter.client(address) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
