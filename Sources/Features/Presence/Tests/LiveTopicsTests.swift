// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Networking
import Presence
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration
@testable import Office

@Suite("How open pages hear of changes")
struct LiveTopicsTests {
    private func revision(_ topic: Live.Topic, _ company: Company) async throws -> Int64? {
        try await company.database.read { try Company.usualFeatures.liveSources.revisions(of: [topic], $0)[topic] }
    }

    @Test("a change that commits after a later one is seen", arguments: Engine.allCases)
    func slow(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let (slow, quick) = (try await company.ask(), try await company.ask())
        let (enterprise, kernel, now) = (company.enterprise, company.kernel, company.network.time)
        func tag(_ id: ID<Case>, at moment: Timestamp) async throws {
            try await company.database.write { tx in
                let desk = Desk(enterprise, .system("test"), kernel, tx, now: moment)
                try desk.change(id) { item in
                    try desk.tag(&item, ["seen"])
                }
            }
        }
        try await tag(quick, at: now + 600)
        let topics: [Live.Topic] = [.cases(of: enterprise.id), .case(slow, of: enterprise.id)]
        for topic in topics { _ = try await revision(topic, company) }
        let before = try await company.database.read { try Company.usualFeatures.liveSources.revisions(of: topics, $0) }
        // It began earlier, with a large upload, and commits only now.
        try await tag(slow, at: now + 300)
        let after = try await company.database.read { try Company.usualFeatures.liveSources.revisions(of: topics, $0) }
        for topic in topics { #expect(before[topic] != after[topic], "\(topic)") }
    }

    @Test("what was rolled back is no change; nor is looking", arguments: Engine.allCases)
    func nothing(engine: Engine) async throws {
        struct Oops: Error {}
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask()
        let list = Live.Topic.cases(of: company.enterprise.id)
        let before = try await revision(list, company)
        await #expect(throws: Oops.self) {
            try await company.work { desk in
                try desk.change(question) { item in
                    try desk.tag(&item, ["x"])
                }
                throw Oops()
            }
        }
        _ = try await company.work { try $0.cases.find(question) }
        #expect(try await revision(list, company) == before)
    }

    @Test("one who comes as another leaves is seen, and who types", arguments: Engine.allCases)
    func presence(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask()
        let topic = Live.Topic.case(question, of: company.enterprise.id)
        var seen: [Int64?] = []
        for (member, isTyping) in [(ID<Member>(), false), (ID<Member>(), false), (ID<Member>(), true)] {
            try await company.database.write { [enterprise = company.enterprise.id] tx in
                try tx.run("DELETE FROM presence")
                try tx.run(
                    """
                    INSERT INTO presence (enterprise, case_id, member, seen_at, is_typing)
                    VALUES (\(enterprise), \(question), \(member), \(tx.startedAt), \(isTyping))
                    """)
            }
            seen.append(try await revision(topic, company))
        }
        #expect(Set(seen).count == 3 && !seen.contains(nil))
    }

    @Test("however many pages are open, a look takes a few queries, and mixes nobody's up", arguments: Engine.allCases)
    func budget(engine: Engine) async throws {
        let network = TestNetwork()
        let one = try await Company("Spoke", engine, network)
        let other = try await Company("Dekker", engine, network, on: one)
        let questions = [try await one.ask(), try await one.ask(), try await one.ask()]
        var topics = questions.map { Live.Topic.case($0, of: one.enterprise.id) }
        for company in [one, other] { topics += [.cases(of: company.enterprise.id), .links(of: company.enterprise.id)] }
        let foreign = Live.Topic.case(questions[0], of: other.enterprise.id)
        let (found, queries) = try await one.database.read { [topics] tx in
            (try Company.usualFeatures.liveSources.revisions(of: topics, tx), tx.statementCount)
        }
        #expect(Set(found.keys) == Set(topics))
        #expect(queries <= 4)
        #expect(try await revision(foreign, one) == nil, "another company's case is nobody's topic")
    }
}

extension Company {
    fileprivate static let usualFeatures: [any Feature.Type] = Basis.features + [Presences.self]

    fileprivate convenience init(_ name: String, _ engine: Engine, _ network: TestNetwork, on host: Company? = nil) async throws {
        try await self.init(name, engine, network, on: host, features: Company.usualFeatures)
    }
}
