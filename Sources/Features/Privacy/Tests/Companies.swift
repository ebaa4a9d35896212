// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Follow
import Office
import Privacy
import Storage
import Today

extension Company {
    /// Customers ask on the page that `Following` shows; `TodayFeature` says who waits for an answer.
    static let usualFeatures: [any Feature.Type] = Basis.features + [Privacy.self, Following.self, TodayFeature.self]

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
    func settle() async throws {
        try await settle { company in
            try await FinishErasures.run(company.kernel, company.database, at: company.network.time)
        }
    }
}
