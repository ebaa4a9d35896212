// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Storage

/// How often one client may do something: a bucket that holds `burst` and refills evenly over `window`.
package struct RateLimit: Sendable {
    package let burst: Int
    package let window: Duration
    /// A field of the input that names an account; it gets a bucket of its own, from wherever the attempts come.
    package let accountField: String?

    package init(_ burst: Int, per window: Duration, accountField: String? = nil) {
        self.burst = burst
        self.window = window
        self.accountField = accountField
    }
}

/// Token buckets in memory. Several processes each keep their own.
final class RateLimiter: Sendable {
    private struct Bucket {
        /// When the bucket is full again, in seconds of `clock`. That one number is the whole state.
        var fullAt: Double
    }

    /// Beyond it, buckets that are full again are dropped.
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
            if buckets.count >= Self.limit { buckets = buckets.filter { $0.value.fullAt > now } }
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

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
