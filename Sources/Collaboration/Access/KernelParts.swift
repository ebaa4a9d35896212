// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Web

/// What every node has.
package enum KernelParts {
    package static let features: [any Feature.Type] = [
        House.self, Linking.self, Casework.self, Presences.self, Erasing.self, Following.self, TodayFeature.self,
        Searching.self, Partners.self, HouseSettings.self,
    ]
}

extension Kernel {
    /// A kernel with what every node has, and these kinds of case.
    package init(kinds: Kinds, host: String, announce: @escaping @Sendable (Live.Topic) -> Void) {
        self.init(KernelParts.features, host: host, announce: announce)
        self.kinds = kinds
        doors = kinds.all.compactMap { $0.door }
    }
}
