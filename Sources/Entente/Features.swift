// SPDX-License-Identifier: Apache-2.0
import Collaboration
import class Foundation.Bundle
import Storage
import Web

/// The features of the product, in the order in which people meet them. Package.swift names their folders.
package enum Features {
    private static let all: [any Feature.Type] = [Enquiries.self, Incidents.self]

    package static var migrations: [Migration] { all.flatMap { $0.migrations } }
    package static var kinds: Kinds { Kinds(all.flatMap { $0.kinds }) }
    package static var actions: [any Operation.Type] { all.flatMap { $0.actions } }
    /// Templates and translations of all features.
    package static var pages: Bundle { .module }
}
