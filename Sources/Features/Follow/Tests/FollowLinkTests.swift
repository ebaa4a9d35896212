// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Follow
import Foundation
import Privacy
import Settings
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration

@Suite("A customer's link")
struct FollowLinkTests {
    /// A dealer with one question, and the customer's link to it.
    struct Question {
        let dealer: Company
        let counter: Counter
        let item: ID<Case>
        let path: String

        init(_ engine: Engine) async throws {
            dealer = try await CompanyRow(engine).dealer
            counter = try Counter(dealer)
            let asked = try await dealer.ask()
            item = asked
            path = "/spoke/follow/\(try await dealer.work { try FollowKey.make(for: asked, $0) })"
        }

        func close(daysAgo days: Int) async throws {
            let item = item
            try await dealer.database.write { tx in
                try tx.run("UPDATE cases SET is_open = \(false), closed_at = \(Timestamp.now - days * 86_400) WHERE id = \(item)")
            }
        }

        func reopen() async throws {
            let item = item
            try await dealer.database.write { tx in
                try tx.run("UPDATE cases SET is_open = \(true), closed_at = NULL WHERE id = \(item)")
            }
        }
    }

    private struct Told: Decodable { let linkEndsAt: Timestamp? }

    @Test("works while the case is open and 180 days after it was closed, and says so", arguments: Engine.allCases)
    func expiry(engine: Engine) async throws {
        let question = try await Question(engine)
        let rider = Browser(question.counter.site)
        let program = APIClient(question.counter.site)
        #expect(try await !rider.get(question.path).text.contains("The link to this page works until"))
        #expect(try await program.get(question.path, as: Told.self).linkEndsAt == nil)
        try await question.close(daysAgo: 179)
        #expect(try await rider.get(question.path).text.contains("The link to this page works until"))
        #expect(try await program.get(question.path, as: Told.self).linkEndsAt != nil)

        try await question.close(daysAgo: 181)
        for place in ["", "/sharing", "/erasure", "/live"] {
            #expect(try await program.get(question.path + place).status == 410)
        }
        #expect(try await rider.post(question.path + "/messages", [("text", "Hello?")]).status == 410)
        let page = try await rider.get(question.path)
        #expect(page.status == 410 && page.text.contains("no longer works") && page.text.contains("href=\"/spoke\""))
        #expect(!page.text.contains("Battery on a ferry"))
        #expect(try await program.get(question.path).problem.type.hasSuffix("/problems/link-ended"))
        try await question.reopen()
        #expect(try await rider.get(question.path).status == 200)
    }

    @Test("works as long as the company sets", arguments: Engine.allCases)
    func setting(engine: Engine) async throws {
        let question = try await Question(engine)
        let (rider, boss) = (Browser(question.counter.site), try await question.counter.member(.administrator))
        try await question.close(daysAgo: 181)
        func set(_ days: String) async throws -> Int {
            let fields = [
                ("name", "Spoke"), ("colour", "3"), ("place", "Ghent"), ("intro", ""), ("timeZone", "Europe/Lisbon"),
                ("followDays", days),
            ]
            return try await boss.post("/spoke/settings", fields).status
        }
        #expect(try await rider.get(question.path).status == 410)
        #expect(try await set("182") == 303)
        #expect(try await rider.get(question.path).status == 200)
        #expect(try await set("10") == 303)
        #expect(try await rider.get(question.path).status == 410)
        #expect(try await set("") == 303)
        #expect(try await rider.get(question.path).status == 200)
        for wrong in ["0", "-1", "4000", "soon"] { #expect(try await set(wrong) == 422) }
        let page = try await boss.get("/spoke/settings").text
        #expect(page.contains(#"value="Europe/Lisbon" selected"#) && page.contains(#"name="followDays""#))
        // What is not sent stays as it is.
        #expect(try await boss.post("/spoke/settings", [("name", "Spoke"), ("colour", "3"), ("followDays", "10")]).status == 303)
        #expect(try await boss.post("/spoke/settings", [("name", "Spoke"), ("colour", "4")]).status == 303)
        #expect(try await rider.get(question.path).status == 410)
    }
}

extension CompanyRow {
    /// On their own page a customer finds what `Privacy` adds; `HouseSettings` says how long the link works.
    fileprivate init(_ engine: Engine) async throws {
        try await self.init(engine, features: Basis.features + [Privacy.self, Following.self, HouseSettings.self])
    }
}
