// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import SiteTesting
import Storage
import Testing
import Web

@testable import Collaboration
@testable import Office

/// A case at Velora with a photo that the dealer has announced.
private struct PhotoHouse {
    static let photo = Array("\u{89}PNG not really".utf8)
    let row: CompanyRow
    let browser: Browser
    let reader: Browser
    let path: String
    let file: Collaboration.Attachment

    init(_ engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let handover = try await row.dealer.offer(row.dealer.ask(photo: Self.photo), over: row.toMaker)
        try await row.all.settle()
        let item = try await row.maker.item(handover)
        (path, file) = try await row.maker.work { desk in
            let files = try desk.attachments.list(of: desk.messages.list(of: item.id).map(\.id)).values.flatMap(\.self)
            return (desk.path(to: item), try #require(files.first))
        }
        let site = try Counter(row.maker).site
        let member = row.maker.member.id
        browser = try await Self.signIn(at: site, row.maker) { _ in member }
        reader = try await Self.signIn(at: site, row.maker) { desk in
            let member = Member(email: "reader@velora.example", name: "Bo", role: .reader)
            try MemberStore(desk.scope, desk.tx).add(member, password: nil)
            return member.id
        }
        self.row = row
    }

    private static func signIn(
        at site: Site, _ company: Company, as member: @escaping @Sendable (Desk) throws -> ID<Member>
    ) async throws -> Browser {
        let token = try await company.work { desk in
            try SessionStore(desk.scope, desk.tx).start(member(desk), device: "a test", at: .now)
        }
        let browser = Browser(site)
        browser.keep("__Host-\(StaffCaller.cookie(of: company.enterprise.slug))", token.text)
        return browser
    }

    var fetches: String { "\(path)/files/\(file.id)/fetches" }

    func letAWeekPass() async throws {
        try await row.maker.work { desk in
            try desk.tx.run(
                "UPDATE attachments SET coming_since = coming_since - \(Collaboration.Attachment.patience * 1_000)")
        }
    }

    func arrival() async throws -> String {
        let answer = try await browser.send(PlainRequest("GET", path, headers: ["Accept": "application/json"]))
        return try #require(["here", "coming", "missing"].first { answer.text.contains("\"arrival\":\"\($0)\"") })
    }
}

@Suite("A file that did not arrive")
struct FetchAgainTests {
    @Test("is waited for a week, and then asked for again by who works on the case", arguments: Engine.allCases)
    func again(engine: Engine) async throws {
        let house = try await PhotoHouse(engine)
        #expect(try await house.arrival() == "coming")
        let waiting = try await house.browser.get(house.path).text
        #expect(waiting.contains("on its way") && !waiting.contains("Fetch again"))

        try await house.letAWeekPass()
        #expect(try await house.arrival() == "missing")
        let missing = try await house.browser.get(house.path).text
        #expect(missing.contains("did not arrive") && missing.contains(house.fetches))
        let seen = try await house.reader.get(house.path).text
        #expect(seen.contains("did not arrive") && !seen.contains("Fetch again"))
        #expect(try await house.reader.post(house.fetches).status == 403)

        try await house.row.maker.work { desk in try desk.tx.run("DELETE FROM jobs") }
        #expect(try await house.browser.post(house.fetches).headers["Location"] == house.path)
        #expect(try await house.arrival() == "coming")
        let jobs: [String] = try await house.row.maker.work { desk in
            try desk.tx.all("SELECT payload FROM jobs") { try $0.next() }
        }
        #expect(jobs.count == 1 && jobs[0].contains(house.file.digest.hex))
    }

    @Test("is not asked for when it is here, or when the link gives nothing any more", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let house = try await PhotoHouse(engine)
        try await house.letAWeekPass()
        let (maker, toMaker, file) = (house.row.maker, house.row.toMaker, house.file)
        _ = try await maker.work { try $0.links.suspend(toMaker) }
        #expect(try await house.browser.post(house.fetches).status == 409)
        _ = try await maker.work { try $0.links.resume(toMaker) }
        try await maker.work { desk in
            try desk.keep(
                PhotoHouse.photo, of: FetchAttachment(enterprise: desk.scope, link: toMaker, digest: file.digest.hex))
        }
        #expect(try await house.arrival() == "here")
        #expect(try await house.browser.post(house.fetches).status == 409)
        #expect(
            try await house.browser.post("\(house.path)/files/\(ID<Collaboration.Attachment>())/fetches").status == 404)
    }
}
