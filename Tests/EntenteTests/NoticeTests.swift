// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Office
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Notices

@Suite("Notices")
struct NoticeTests {
    private struct Choices: Encodable { let on: [String] }
    private struct Subject: Encodable {
        let subject: String
        var sort = "case"
    }

    private func told(_ program: APIClient) async throws -> [NoticesView.Line] {
        try await program.get("/velora/notices", as: NoticesView.self).notices
    }

    @Test("who is given a case is told so, once a case, with a count; nobody is told of what they did", arguments: Engine.allCases)
    func given(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        try await room.give(item, to: 0)
        let first = try await told(room.administrator)
        #expect(first.map(\.why) == ["assigned"] && first.map(\.count) == [1])
        #expect(first[0].title.contains("A battery") && first[0].href == item && first[0].actor == "Tom Baert (a program)")
        try await room.give(item, to: 1)
        try await room.give(item, to: 0)
        #expect(try await told(room.administrator).map(\.count) == [2], "one for each time")
        #expect(try await told(room.service).isEmpty, "Tom did it himself")
        #expect(try await told(room.reader).isEmpty)
        let page = try await room.ines.get("/velora/notices").text
        #expect(page.contains("Given to you") && page.contains("Tom Baert"))
        #expect(page.contains("Notices, 1 unread"))
    }

    @Test("whoever opens the case has read it, and hears anew of what comes then", arguments: Engine.allCases)
    func read(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        try await room.give(item, to: 0)
        _ = try await room.administrator.get(item, as: JSONAnything.self)
        #expect(try await told(room.administrator)[0].readAt == nil, "a program reads nothing for her")
        #expect(try await room.ines.get(item).status == 200)
        #expect(try await told(room.administrator)[0].readAt != nil)
        #expect(!(try await room.ines.get("/velora/today").text.contains("1 unread")))
        try await room.give(item, to: 1)
        try await room.say("@Inès Martin, look!", at: item)
        let again = try await told(room.administrator)
        #expect(again.map(\.why) == ["mentioned"] && again[0].count == 1 && again[0].readAt == nil)
    }

    @Test("muted, only a mention comes through; and it can be heard again", arguments: Engine.allCases)
    func muted(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        try await room.give(item, to: 0)
        let subject = "\(try await told(room.administrator)[0].subject)"
        #expect(try await room.ines.post("/velora/notices/mutes", [("subject", subject), ("sort", "case")]).status == 303)
        try await room.give(item, to: 1)
        try await room.give(item, to: 0)
        #expect(try await told(room.administrator).allSatisfy { $0.readAt != nil })
        try await room.say("For @Inès.", at: item)
        #expect(try await told(room.administrator)[0].why == "mentioned")
        #expect(try await room.ines.post("/velora/notices/mutes/end", [("subject", subject)]).status == 303)
        try await room.give(item, to: 1)
        try await room.give(item, to: 0)
        #expect(try await told(room.administrator)[0].why == "assigned")
        #expect(try await room.ines.post("/velora/notices/mutes", [("subject", "\(UUID())"), ("sort", "case")]).status == 404)
        #expect(try await events(room) == ["notices.muted", "notices.heardAgain"])
    }

    /// What members changed of what they are told, in order; what changes nothing is no event.
    private func events(_ room: Newsroom) async throws -> [String] {
        try await room.database.read { tx in
            try tx.all("SELECT type FROM events WHERE sort = 'member' AND type LIKE 'notices.%' ORDER BY sequence") { try $0.next() }
        }
    }

    @Test("a reason that is switched off tells nothing; one that is always on cannot be", arguments: Engine.allCases)
    func switched(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        #expect(try await room.ines.post("/velora/notices/choices", [("on", ""), ("on", "mentioned")]).status == 303)
        try await room.give(item, to: 0)
        #expect(try await told(room.administrator).isEmpty)
        try await room.say("@Inès, please.", at: item)
        #expect(try await told(room.administrator).map(\.why) == ["mentioned"])
        let reasons = try await room.administrator.get("/velora/notices", as: NoticesView.self).reasons
        #expect(reasons.filter(\.isOn).map(\.why) == ["deliveryFailed", "mentioned"])
        #expect(try await room.ines.post("/velora/notices/choices", [("on", "nonsense")]).status == 422)
        #expect(try await room.ines.post("/velora/notices/choices", [("on", ""), ("on", "mentioned")]).status == 303)
        #expect(try await room.ines.post("/velora/notices/choices/reset", []).status == 303)
        #expect(try await events(room) == ["notices.chosen", "notices.chosen"])
        try await room.give(item, to: 1)
        try await room.give(item, to: 0)
        #expect(try await told(room.administrator).map(\.why) == ["assigned"])
    }

    @Test("who begins and stops to watch a case is in the log, once a change", arguments: Engine.allCases)
    func watching(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        for watches in ["true", "true", "false", "false"] {
            #expect(try await room.noor.post("\(item)/watching", [("watch", watches)]).status == 303)
        }
        let kept = try await room.database.read { tx in
            try tx.all("SELECT payload FROM events WHERE type = 'member.watching' ORDER BY sequence") { try $0.next() as String }
        }
        #expect(kept.map { $0.contains("true") } == [true, false])
    }

    @Test("a replay tells nothing twice; who has left is told nothing", arguments: Engine.allCases)
    func again(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        try await room.give(item, to: 0)
        let before = try await told(room.administrator).map(\.count)
        try await room.database.write { tx in
            let desk = Desk(room.enterprise, .system("test"), room.kernel, tx, now: tx.startedAt)
            try desk.subscriptions.replay(NoticeKeeper.self, after: 0)
            let noor = try #require(try desk.members.find(room.people[2].id))
            var gone = noor
            gone.disabledAt = desk.now
            try desk.members.save(gone)
        }
        try await room.follow()
        #expect(try await told(room.administrator).map(\.count) == before)
        try await room.say("@Noor, @Noor Haddad", at: item)
        let left = try await room.database.read { tx in
            try Desk(room.enterprise, .system("test"), room.kernel, tx, now: tx.startedAt).notices.list(of: room.people[2].id)
        }
        #expect(left.isEmpty)
    }

    @Test("each sees their own, and a program may read but change nothing", arguments: Engine.allCases)
    func own(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        try await room.give(item, to: 0)
        #expect(try await room.tom.post("/velora/notices/read", []).status == 303)
        #expect(try await told(room.administrator)[0].readAt == nil)
        #expect(try await room.administrator.post("/velora/notices/read", Subject(subject: "")).status == 403)
        #expect(try await room.ines.post("/velora/notices/read", []).status == 303)
        #expect(try await told(room.administrator)[0].readAt != nil)
        #expect(try await Browser(room.site).get("/velora/notices").status == 303)
    }
}

/// Whatever it is.
struct JSONAnything: Decodable {
    init(from decoder: any Decoder) throws {}
}
