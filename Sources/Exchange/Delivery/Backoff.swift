// SPDX-License-Identifier: Apache-2.0

/// When a destination that failed is tried again.
package enum Backoff {
    /// An event that could not be delivered for so long becomes a dead letter.
    package static let givesUpAfter: Int64 = 7 * 24 * 3600

    private static let first: [Int64] = [1_000, 5_000, 30_000, 120_000, 600_000]

    /// Milliseconds to wait after so many failures in a row: 1 s, 5 s, 30 s, 2 min, 10 min, then 30 to 60 min.
    /// - Parameter jitter: random, from 0 up to 1.
    package static func milliseconds(afterFailures failures: Int, jitter: Double) -> Int64 {
        if failures <= 0 { return 0 }
        if failures <= first.count { return first[failures - 1] }
        return 1_800_000 + Int64(1_800_000 * min(max(jitter, 0), 1))
    }
}
