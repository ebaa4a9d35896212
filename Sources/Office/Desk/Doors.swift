// SPDX-License-Identifier: Apache-2.0
import Web

/// A way in for customers, on the public page.
package struct Door: Sendable {
    /// Below the enterprise's own address: `ask`.
    package let path: String
    /// English; translated where it is shown.
    package let label: String
    package let hint: String
    /// The feature that it leads to, if that can be switched off.
    package private(set) var feature: String?

    package init(_ path: String, _ label: String, hint: String) {
        self.path = path
        self.label = label
        self.hint = hint
    }

    package func of(_ feature: String?) -> Door {
        var door = self
        door.feature = feature
        return door
    }
}

private enum DoorsKey: ServiceKey { static let defaultValue: [Door] = [] }

extension Kernel {
    /// In the order in which the public page shows them.
    package var doors: [Door] {
        get { self[DoorsKey.self] }
        set { self[DoorsKey.self] = newValue }
    }
}
