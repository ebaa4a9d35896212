// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// What is the same for every enterprise of a node: where it is found, its way to tell open pages of a change, and what its
/// features bring, each sort under a key of its own.
package struct Kernel: Sendable {
    /// Where the node is found, as in the addresses of its enterprises: `crm.velora.example`.
    package let host: String
    /// Called after a commit with the topic that changed.
    package let announce: @Sendable (Live.Topic) -> Void
    private var brought = Services()

    package init(host: String, announce: @escaping @Sendable (Live.Topic) -> Void) {
        self.host = host
        self.announce = announce
    }

    package subscript<Key: ServiceKey>(_ key: Key.Type) -> Key.Value {
        get { brought[key] }
        set { brought[key] = newValue }
    }
}

private enum KernelKey: ServiceKey {
    static let defaultValue = Kernel(host: "localhost", announce: { _ in })
}

extension Services {
    package var kernel: Kernel {
        get { self[KernelKey.self] }
        set { self[KernelKey.self] = newValue }
    }
}
