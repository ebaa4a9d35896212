// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Office
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Running

@Suite("What runs by itself")
struct RunningTests {
    private struct Place: Encodable {
        let subscriber: String
        let place: Int
    }
    private struct Nothing: Encodable {}

    @Test("a subscriber that stops is shown with its reason, counted in the menu, and goes on when told to", arguments: Engine.allCases)
    func failing(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        #expect(try await room.ines.get("/velora/running").text.contains("nothing needs you"))
        let item = try await room.open()
        // As a newer program would have written it.
        try await room.database.write { tx in
            try tx.run("UPDATE events SET version = 7 WHERE type = 'message.added'")
        }
        try await room.say("Hello", at: item)
        let view = try await room.administrator.get("/velora/running", as: RunningView.self)
        let subscribers = try #require(view.sections.first { $0.title == "Subscribers" })
        let notices = try #require(subscribers.things.first { $0.name == "Notices" })
        #expect(notices.state == .failing && notices.waiting > 0 && notices.next != nil)
        #expect(notices.trouble?.contains("newer program") == true)
        #expect(subscribers.things.first { $0.name == "Audit" }?.state == .well, "no other waits for it")
        let page = try await room.ines.get("/velora/running").text
        #expect(page.contains("One thing needs you") && page.contains("Notices stopped at event"))
        #expect(page.contains(">Running <span class=\"count\">1</span>"))
        try await room.database.write { try $0.run("UPDATE events SET version = 1 WHERE type = 'message.added'") }
        #expect(try await room.tom.post("/velora/running/notices/retry", []).status == 403)
        #expect(try await room.ines.post("/velora/running/nobody/retry", []).status == 404)
        #expect(try await room.ines.post("/velora/running/notices/retry", []).status == 303)
        try await room.follow()
        let well = try await room.administrator.get("/velora/running", as: RunningView.self)
        #expect(well.sections.flatMap(\.things).allSatisfy { $0.state == .well && $0.trouble == nil })
    }

    @Test("it takes the log again from a place that there is", arguments: Engine.allCases)
    func replay(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        _ = try await room.open()
        try await room.follow()
        try await room.database.write { try $0.run("DELETE FROM audit") }
        #expect(try await room.administrator.post("/velora/running/replay", Place(subscriber: "audit", place: 9_999)).status == 422)
        #expect(try await room.administrator.post("/velora/running/replay", Place(subscriber: "nobody", place: 1)).status == 404)
        #expect(try await room.administrator.post("/velora/running/replay", Place(subscriber: "audit", place: 1)).status == 200)
        try await room.follow()
        let (events, kept) = try await room.database.read { tx in
            (
                try LogOrder.head(of: room.enterprise.id, tx),
                try tx.first("SELECT COUNT(*) FROM audit") { try $0.next() as Int }
            )
        }
        #expect(kept == events)
    }

    @Test("a job that was given up is told to its enterprise alone, and can try again", arguments: Engine.allCases)
    func job(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let (own, other) = (room.enterprise.id.uuid, UUID())
        try await room.database.write { tx in
            for scope in [own, other] {
                try Jobs.enqueue(tx, Job(kind: "attachments.fetch", payload: ["a": "b"], scope: scope), at: tx.startedAt)
            }
            try tx.run("UPDATE jobs SET died_at = \(tx.startedAt), error = 'no such host', attempts = 12")
        }
        let page = try await room.ines.get("/velora/running").text
        #expect(page.contains("One thing needs you") && page.contains("no such host"))
        let ids = try await room.database.read { tx in
            try [own, other].map { try #require(try Jobs.dead(tx, of: $0, limit: 1).first).id }
        }
        #expect(try await room.ines.post("/velora/running/jobs/\(ids[1])/retry", []).status == 404)
        #expect(try await room.ines.post("/velora/running/jobs/\(ids[0])/retry", []).status == 303)
        #expect(try await room.ines.get("/velora/running").text.contains("nothing needs you"))
    }
}
