// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

/// A dealer, a maker and a supplier, linked in a row.
package struct CompanyRow: Sendable {
    package let network = TestNetwork()
    package let dealer: Company
    package let maker: Company
    package let supplier: Company
    package let toMaker: ID<Link>
    package let toSupplier: ID<Link>
    package var all: [Company] { [dealer, maker, supplier] }

    package init(_ engine: Engine, onOneNode: Bool = false, features: [any Feature.Type]) async throws {
        maker = try await Company("Velora", engine, network, features: features)
        dealer = try await Company("Spoke", engine, network, on: onOneNode ? maker : nil, features: features)
        supplier = try await Company("Kraft", engine, network, features: features)
        toMaker = try await maker.link(with: dealer, as: .partner)
        toSupplier = try await maker.link(with: supplier, as: .supplier)
    }
}
