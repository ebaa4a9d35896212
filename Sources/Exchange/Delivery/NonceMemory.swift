// SPDX-License-Identifier: Apache-2.0

/// Remembers nonces for as long as a signature with one could still be accepted; in memory, for one process.
package struct NonceMemory: Sendable {
    private var until: [String: WireTime] = [:]
    private var nextSweep: WireTime?

    package init() {}

    /// Whether this nonce of this key is new; it is remembered from now on.
    package mutating func isNew(_ nonce: String, keyID: String, at now: WireTime) -> Bool {
        if nextSweep.map({ $0 <= now }) ?? true {
            until = until.filter { $0.value > now }
            nextSweep = now + 60
        }
        let name = "\(keyID) \(nonce)"
        if let known = until[name], known > now { return false }
        until[name] = now + RequestProfile.nonceMemory
        return true
    }
}
