// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Networking
import Office
import Web

/// What every feature stands on.
package enum Basis {
    package static let features: [any Feature.Type] = [House.self, Linking.self, Casework.self]
}

extension Kernel {
    /// A kernel with what these features bring, and these kinds of case.
    package init(
        _ features: [any Feature.Type], kinds: Kinds, host: String, announce: @escaping @Sendable (Live.Topic) -> Void
    ) {
        self.init(features, host: host, announce: announce)
        self.kinds = kinds
        doors = kinds.all.compactMap { $0.door }
    }
}
