// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Collaboration

@Suite("Triage")
struct TriageTests {
    private func opened(_ engine: Engine) async throws -> (counter: Counter, item: Case) {
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask("Is it certified?")
        let item = try await company.work { try $0.cases.find(question) }
        return (try Counter(company), try #require(item))
    }

    @Test("two who save at once keep each other's changes", arguments: Engine.allCases)
    func together(engine: Engine) async throws {
        let (counter, item) = try await opened(engine)
        let path = "/spoke/cases/\(item.number)/triage"
        let shown = [
            ("stageWas", item.stage), ("ownerWas", ""), ("teamWas", ""), ("priorityWas", "normal"), ("tagsWas", ""),
        ]
        let (first, second) = (try await counter.member(.service), try await counter.member(.sales))
        let typed = [("stage", item.stage), ("owner", ""), ("team", "")]
        #expect(try await first.post(path, shown + typed + [("priority", "high"), ("tags", "")]).status == 303)
        #expect(try await second.post(path, shown + typed + [("priority", "normal"), ("tags", "Ferry, dull")]).status == 303)
        let (saved, tags) = try await counter.company.work { (try $0.cases.find(item.id), try $0.cases.tags(of: item.id)) }
        #expect(saved?.priority == .high)
        #expect(tags == ["dull", "ferry"])
    }

    @Test("what was typed stays in a refused form", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let (counter, item) = try await opened(engine)
        let page = try await counter.member(.service).post(
            "/spoke/cases/\(item.number)/triage", [("stage", "nowhere"), ("priority", "urgent"), ("tags", "dull")])
        #expect(page.status == 409 || page.status == 422)
        #expect(page.text.contains("value=\"urgent\" selected"))
        #expect(page.text.contains("value=\"dull\""))
        #expect(page.text.contains("id=\"triage-error\" role=\"alert\">A case cannot go from"))
    }

    @Test("a case is found by its own company's number alone", arguments: Engine.allCases)
    func numbers(engine: Engine) async throws {
        let (counter, item) = try await opened(engine)
        let browser = try await counter.member(.reader)
        for number in ["S-\(item.number)", "s-\(item.number)", "\(item.number)"] {
            #expect(try await browser.get("/spoke/cases/\(number)").status == 200)
        }
        for number in ["V-\(item.number)", "S-S-\(item.number)", "S-0\(item.number)", "S--\(item.number)", "S-"] {
            #expect(try await browser.get("/spoke/cases/\(number)").status == 404)
        }
    }
}
