// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// A feature that brings kinds of case.
package protocol CaseFeature: Feature {
    static var kinds: [any CaseKind.Type] { get }
}

private enum KindsKey: ServiceKey { static let defaultValue = Kinds([]) }

extension Kernel {
    package var kinds: Kinds {
        get { self[KindsKey.self] }
        set { self[KindsKey.self] = newValue }
    }
}
