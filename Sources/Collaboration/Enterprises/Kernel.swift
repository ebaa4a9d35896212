// SPDX-License-Identifier: Apache-2.0
import Web

/// What is the same for every enterprise of a node: the kinds of case it knows and its way to tell open pages of a change.
package struct Kernel: Sendable {
    package let kinds: Kinds
    /// Where the node is found, as in the addresses of its enterprises: `crm.velora.example`.
    package let host: String
    /// Called after a commit with the topic that changed.
    package let announce: @Sendable (Live.Topic) -> Void

    package init(kinds: Kinds, host: String, announce: @escaping @Sendable (Live.Topic) -> Void) {
        self.kinds = kinds
        self.host = host
        self.announce = announce
    }
}
