// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Office
import Partners
import Storage

extension Company {
    /// `Partners` says how a link is getting on.
    static let usualFeatures: [any Feature.Type] = Basis.features + [Partners.self]

    convenience init(_ name: String, _ engine: Engine, _ network: TestNetwork, on host: Company? = nil) async throws {
        try await self.init(name, engine, network, on: host, features: Company.usualFeatures)
    }
}

extension CompanyRow {
    init(_ engine: Engine, onOneNode: Bool = false) async throws {
        try await self.init(engine, onOneNode: onOneNode, features: Company.usualFeatures)
    }
}

extension [Company] {
    func settle() async throws { try await settle { _ in } }
}
