// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office

/// The features of the product, in the order in which people meet them. Package.swift names their folders.
package enum Features {
    package static let all: [any Feature.Type] = KernelParts.features + [Enquiries.self, Incidents.self]

    /// For what opens no page: commands, and tests.
    package static func kernel(host: String) -> Kernel { Kernel(all, host: host) { _ in } }
}
