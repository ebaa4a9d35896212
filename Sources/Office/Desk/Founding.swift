// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// What else a new enterprise needs before anybody works in it. It runs in the transaction that creates the enterprise.
package typealias Founding = @Sendable (Enterprise, Transaction) throws -> Void

private enum FoundingsKey: ServiceKey { static let defaultValue: [Founding] = [] }

extension Kernel {
    package var foundings: [Founding] {
        get { self[FoundingsKey.self] }
        set { self[FoundingsKey.self] = newValue }
    }
}
