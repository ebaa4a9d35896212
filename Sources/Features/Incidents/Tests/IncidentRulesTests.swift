// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Networking
import Office
import Storage
import StorageTesting
import Testing

@testable import Incidents

@Suite("Incidents")
struct IncidentRulesTests {
    private static let features: [any Feature.Type] = [House.self, Linking.self, Casework.self, Incidents.self]

    @Test("the worse it is, the more urgent it is")
    func priority() {
        #expect(Incident(severity: .minor, resolution: "").priority == .normal)
        #expect(Incident(severity: .major, resolution: "").priority == .high)
        #expect(Incident(severity: .critical, resolution: "").priority == .urgent)
    }

    @Test("an incident is not resolved before somebody says how", arguments: Engine.allCases)
    func resolution(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: Self.features.migrations)
        let (stage, refused) = try await database.write { tx in
            let enterprise = Enterprise(slug: "velora", name: "Velora", colour: 2, place: "Ghent", prefix: "V")
            try EnterpriseStore(tx).add(enterprise)
            let kernel = Kernel(Self.features, host: "velora.example") { _ in }
            let desk = Desk(enterprise, .system("test"), kernel, tx, now: tx.startedAt)
            let draft = CaseDraft(
                kind: "incident", title: "Motor cuts out", body: "Above 25 °C.", author: .init(.customer, name: "Lotte"),
                audience: .onlyUs)
            var refused = false
            let item = try desk.open(draft) { item, _ in
                try desk.incidents.add(Incident(severity: .major, resolution: ""), to: item.id)
                do { try desk.move(&item, to: "resolved") } catch CaseRefusal.incomplete { refused = true }
                try desk.assess(&item, Incident(severity: .major, resolution: "New firmware."))
            }.case
            return (item.stage, refused)
        }
        #expect(refused)
        #expect(stage == "resolved")
    }
}
