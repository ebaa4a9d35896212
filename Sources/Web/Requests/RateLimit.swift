// SPDX-License-Identifier: Apache-2.0

/// How often one client may do something: a bucket that holds `burst` and refills evenly over `window`.
package struct RateLimit: Sendable {
    package let burst: Int
    package let window: Duration
    /// Whether all processes of the node count together, in the database; else each counts for itself, in memory.
    package let isShared: Bool

    package init(_ burst: Int, per window: Duration, isShared: Bool = false) {
        self.burst = burst
        self.window = window
        self.isShared = isShared
    }
}
