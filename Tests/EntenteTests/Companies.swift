// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Entente
import Privacy
import Storage

extension Company {
    convenience init(_ name: String, _ engine: Engine, _ network: TestNetwork, on host: Company? = nil) async throws {
        try await self.init(name, engine, network, on: host, features: Features.base)
    }
}

extension CompanyRow {
    init(_ engine: Engine, onOneNode: Bool = false) async throws {
        try await self.init(engine, onOneNode: onOneNode, features: Features.base)
    }
}

extension [Company] {
    func settle() async throws {
        try await settle { company in
            try await FinishErasures.run(company.kernel, company.database, at: company.network.time)
        }
    }
}
