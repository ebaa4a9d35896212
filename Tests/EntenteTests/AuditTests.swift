// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Office
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Audit

@Suite("The audit log")
struct AuditTests {
    private func lines(_ room: Newsroom, _ query: String = "") async throws -> [AuditLine] {
        try await room.follow()
        return try await room.administrator.get("/velora/audit\(query)", as: AuditView.self).events
    }

    @Test("it says who saw, changed and exported what, and by which means", arguments: Engine.allCases)
    func deeds(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open("Charger", of: "Lotte Canary")
        for _ in 0..<3 { #expect(try await room.ines.get(item).status == 200) }
        #expect(try await room.noor.get(item).status == 200)
        let all = try await lines(room)
        #expect(all.filter { $0.deed == .saw }.map(\.actor) == ["Noor Haddad", "Inès Martin"], "once an hour each")
        let opened = try #require(all.first { $0.type == "case.opened" })
        #expect(opened.actor == "Tom Baert (a program)" && opened.means == "token" && opened.deed == .changed)
        #expect(opened.title?.contains("Charger") == true)
        #expect(all.contains { $0.type == "enterprise.founded" && $0.means == "command" })
        let customer = try #require(all.first { $0.deed == .saw }).subject
        let theirs = try await lines(room, "?customer=\(customer)")
        #expect(Set(theirs.map(\.type)) == ["customer.added", "customer.seen", "case.opened", "message.added"])
        #expect(try await lines(room, "?deed=saw&who=\(room.people[2].id)").map(\.actor) == ["Noor Haddad"])
        #expect(try await lines(room, "?from=2031-01-01").isEmpty)
        #expect(try await lines(room, "?to=2020-01-01").isEmpty)
        let page = try await room.ines.get("/velora/audit?customer=\(customer)").text
        #expect(page.contains("Lotte Canary") && page.contains("saw the customer at V-1001"))
    }

    @Test("as CSV it is whole, and that it was exported stands in it", arguments: Engine.allCases)
    func export(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open("=HYPERLINK(\"x\")", of: "-1+2, \"Canary\"")
        for number in 0..<30 { try await room.say("Number \(number)", at: item) }
        #expect(try await room.ines.post("/velora/audit/exports").status == 422, "without a reason")
        let file = try await room.ines.post("/velora/audit/exports", [("reason", "yearly check")])
        #expect(file.status == 200 && file.headers["Content-Type"] == "text/csv; charset=utf-8")
        let rows = file.text.split(separator: "\r\n")
        let events = try await room.database.read { tx in
            try tx.first("SELECT COUNT(*) FROM events WHERE enterprise = \(room.enterprise.id)") { try $0.next() as Int } ?? 0
        }
        #expect(rows.count >= 34 && rows.count <= events + 1)
        #expect(rows[0] == "\"position\",\"at\",\"deed\",\"who\",\"kind\",\"means\",\"type\",\"subject\",\"what\",\"data\"")
        #expect(!file.text.contains(",\"=HYPERLINK") && !file.text.contains(",\"-1+2"))
        let exported = try await lines(room, "?deed=exported")
        #expect(exported.map(\.actor) == ["Inès Martin"])
        #expect(try await room.ines.get("/velora/audit").text.contains("“yearly check”"))
        let one = try await room.ines.post("/velora/audit/exports", [("reason", "x"), ("deed", "exported")]).text.split(separator: "\r\n")
        #expect(one.count == 2)
    }

    @Test("no cell of it is a formula, or ends before its end")
    func cells() {
        for text in ["=1+1", "\t=1+1", "\u{FF1D}1", "=\u{338}x", "+1", "@x", "-1"] {
            #expect(CSV.line([text]).hasPrefix("\"'"), "\(text)")
        }
        let tricky = "a,b\"\u{301},=cmd\n\"\""
        let line = CSV.line([tricky, "z"])
        #expect(line.unicodeScalars.count { $0 == "\"" } == 2 * 3 + 4, "each quotation mark is doubled, and each cell quoted")
        #expect(line.hasSuffix(",\"z\"\r\n"))
    }

    @Test("only an administrator reads it, and pages lead through all of it", arguments: Engine.allCases)
    func access(engine: Engine) async throws {
        let room = try await Newsroom(engine)
        let item = try await room.open()
        for number in 0..<60 { try await room.say("Number \(number)", at: item) }
        for program in [room.service, room.reader] {
            #expect(try await program.get("/velora/audit").status == 403)
            #expect(try await program.post("/velora/audit/exports").status == 403)
        }
        #expect(try await Browser(room.site).get("/velora/audit").status == 303)
        var (places, before): ([Int], Int?) = ([], nil)
        repeat {
            let view = try await room.administrator.get("/velora/audit" + (before.map { "?before=\($0)" } ?? ""), as: AuditView.self)
            places += view.events.map(\.position)
            before = view.next
        } while before != nil
        #expect(places == places.sorted(by: >) && Set(places).count == places.count && places.last == 1)
    }
}
