// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import SiteTesting
import Storage
import Synchronization
import Testing
import Web

@testable import Collaboration
@testable import Networking
@testable import Office
@testable import Partners

/// What open pages were told.
private final class Announced: Sendable {
    let topics = Mutex<[Live.Topic]>([])
}

/// Velora with its site and administrator, and Kraft Drives with a node of its own.
private struct LinkHouse {
    let network = TestNetwork()
    let velora: TestNode
    let kraft: TestNode
    let enterprise: Enterprise
    let accepter: Enterprise
    let site: Site
    let administrator: Browser
    let reader: Browser
    let announced = Announced()

    init(_ engine: Engine) async throws {
        velora = try await TestNode("velora.example", engine, network)
        kraft = try await TestNode("kraft.example", engine, network)
        enterprise = try await velora.enterprise("velora")
        accepter = try await kraft.enterprise("kraft-drives")
        var services = Services()
        services.exchange = velora.node
        let announced = announced
        services.kernel = Kernel(Basis.features + [Partners.self], kinds: Kinds([]), host: "velora.example") { topic in
            announced.topics.withLock { $0.append(topic) }
        }
        site = try Site(
            SiteConfiguration(origin: try #require(PublicOrigin("https://velora.example"))), database: velora.database,
            templates: Templates(.ofSourceTree.get()), assets: Assets(.ofSourceTree.get()),
            live: Live(database: velora.database, sources: []), services: services, actions: Partners.actions,
            rawActions: ExchangeActions.all, streams: [FollowLinks.self])
        administrator = try await Self.signIn(.administrator, velora, enterprise, site)
        reader = try await Self.signIn(.reader, velora, enterprise, site)
    }

    private static func signIn(
        _ role: Member.Role, _ node: TestNode, _ enterprise: Enterprise, _ site: Site
    ) async throws -> Browser {
        let token = try await node.database.write { tx in
            let member = Member(email: "\(role)@velora.example", name: "Inès Martin", role: role)
            try MemberStore(enterprise.id, tx).add(member, password: nil)
            return try SessionStore(enterprise.id, tx).start(member.id, device: "a test", at: .now)
        }
        let browser = Browser(site)
        browser.keep("__Host-\(StaffCaller.cookie(of: "velora"))", token.text)
        return browser
    }

    /// The address that the page of a new invitation shows.
    func invite() async throws -> String {
        let page = try await administrator.post("/velora/invitations", [("label", "Kraft"), ("role", "supplier")])
        #expect(page.status == 200)
        let start = try #require(page.text.range(of: "https://velora.example/velora/invitation#"))
        return String(page.text[start.lowerBound...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
    }

    func link() async throws -> ID<Link> {
        try await kraft.node.accept(kraft.node.open(invite(), for: accepter), for: accepter, colour: 5).id
    }
}

@Suite("The pages about links")
struct LinkPagesTests {
    @Test("an administrator invites, compares the code, confirms, and sees the link", arguments: Engine.allCases)
    func linking(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        #expect(try await house.administrator.get("/velora/links").text.contains("Nobody linked yet"))
        #expect(try await house.administrator.get("/velora/links/invite").status == 200)
        let link = try await house.link()
        let pending = try await house.administrator.get("/velora/links/\(link)")
        let code = try #require(try await house.kraft.link(house.accepter, link)?.code)
        #expect(pending.text.contains(code))
        let confirmed = try await house.administrator.post("/velora/links/\(link)/confirmation")
        #expect(confirmed.status == 303)
        try await house.velora.delivery.drain()
        #expect(try await house.kraft.link(house.accepter, link)?.state == .active)
        let list = try await house.administrator.get("/velora/links")
        #expect(list.text.contains("Kraft-Drives") && list.text.contains("in touch"))
        #expect(try await house.administrator.post("/velora/links/\(link)/confirmation").status == 409)
        #expect(house.announced.topics.withLock { $0 } == [.links(of: house.enterprise.id)])
        let stream = try await house.reader.send(PlainRequest("HEAD", "/velora/links/live"))
        #expect(stream.status == 200 && stream.headers["Content-Type"]?.hasPrefix("text/event-stream") == true)
    }

    @Test("suspending, resuming and closing are the administrator's", arguments: Engine.allCases)
    func changing(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let link = try await house.link()
        let path = "/velora/links/\(link)"
        for step in [
            "confirmation", "suspension", "resumption", "closing", "refusal", "contract", "contract/agreement",
            "contract/refusal", "dead-letters/\(ID<Outgoing>())",
        ] {
            #expect(try await house.reader.post("\(path)/\(step)").status == 403)
        }
        #expect(try await house.reader.get(path).status == 200)
        #expect(try await house.administrator.post("\(path)/confirmation").status == 303)
        #expect(try await house.administrator.post("\(path)/suspension").status == 303)
        #expect(try await house.administrator.get(path).text.contains("suspended"))
        #expect(try await house.administrator.post("\(path)/resumption").status == 303)
        let unsure = try await house.administrator.post("\(path)/closing")
        #expect(unsure.status == 422 && unsure.text.contains("Tick the box"))
        #expect(try await house.administrator.post("\(path)/closing", [("sure", "true")]).status == 303)
        #expect(try await house.velora.link(house.enterprise, link)?.state == .closing)
        #expect(try await house.administrator.get("/velora/links/\(ID<Link>())").status == 404)
    }

    @Test("a wrong address of an invitation is said on its field, and stays there", arguments: Engine.allCases)
    func wrongAddress(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let answer = try await house.administrator.post("/velora/links/open", [("url", "https://velora.example/typo")])
        #expect(answer.status == 422)
        #expect(answer.text.contains("not the address of an invitation"))
        #expect(answer.text.contains("https://velora.example/typo"))
    }

    @Test("the invited side sees who invites and the contract before it accepts", arguments: Engine.allCases)
    func opening(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let (_, url) = try await house.kraft.invite(house.accepter, as: .customer)
        let seen = try await house.administrator.post("/velora/links/open", [("url", url)])
        #expect(seen.status == 200)
        #expect(seen.text.contains("Kraft-Drives") && seen.text.contains("Accept and link"))
        let accepted = try await house.administrator.post("/velora/links", [("url", url), ("colour", "4")])
        #expect(accepted.status == 303)
        let page = try await house.administrator.get(try #require(accepted.headers["Location"]))
        #expect(page.text.contains("Compare this code") && page.text.contains("/velora/links/live"))
    }

    @Test("the address of an invitation, opened in a browser, says where to paste it", arguments: Engine.allCases)
    func door(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let page = try await Browser(house.site).get("/velora/invitation")
        #expect(page.status == 200 && page.text.contains("Velora invites your company"))
        #expect(try await Browser(house.site).get("/nobody/invitation").status == 404)
    }

    @Test("another name counts here once an administrator has agreed to it", arguments: Engine.allCases)
    func renamed(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let link = try await house.link()
        _ = try await house.administrator.post("/velora/links/\(link)/confirmation")
        try await house.velora.delivery.drain()
        let path = "/velora/links/\(link)"
        #expect(try await house.administrator.post("\(path)/name", [("name", "Kraft Power")]).status == 409)
        try await house.kraft.database.write { tx in try tx.run("UPDATE enterprises SET name = 'Kraft Power'") }
        await ExchangeChores(house.kraft.node).doDue()
        #expect(try await house.velora.link(house.enterprise, link)?.name == "Kraft-Drives")
        let page = try await house.administrator.get(path).text
        #expect(page.contains("Kraft-Drives calls itself Kraft Power now.") && page.contains("\(path)/name"))
        #expect(try await !house.reader.get(path).text.contains("\(path)/name"))
        #expect(try await house.reader.post("\(path)/name", [("name", "Kraft Power")]).status == 403)
        #expect(try await house.administrator.post("\(path)/name", [("name", "Kraft Bank")]).status == 409)
        #expect(try await house.administrator.post("\(path)/name", [("name", "Kraft Power")]).status == 303)
        let named = try #require(try await house.velora.link(house.enterprise, link))
        #expect(named.name == "Kraft Power" && named.newName == nil)
    }

    @Test("a proposed contract is shown to both, and answered by the other side", arguments: Engine.allCases)
    func proposal(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let link = try await house.link()
        let path = "/velora/links/\(link)"
        #expect(try await house.administrator.post("\(path)/confirmation").status == 303)
        #expect(try await house.administrator.post("\(path)/contract/refusal").status == 409)
        #expect(try await house.administrator.get(path).text.contains("Propose a change…"))
        #expect(try await !house.reader.get(path).text.contains("Propose a change…"))
        let nothing = try await house.administrator.post("\(path)/contract", [("field", "serial"), ("shared", "before")])
        #expect(nothing.status == 422 && nothing.text.contains("That is what the contract says already."))
        let change = [("field", "serial"), ("shared", "never")]
        #expect(try await house.administrator.post("\(path)/contract", change).status == 303)
        #expect(try await house.administrator.get(path).text.contains("You propose another contract"))
        #expect(try await house.administrator.post("\(path)/contract/agreement").status == 409)
        try await house.velora.delivery.drain()
        let (now, theirs) = (house.network.time, try house.kraft.node.address(of: "kraft-drives"))
        try await house.kraft.database.write { tx in
            let links = LinkStore(house.accepter.id, tx)
            _ = try links.decline(link, from: theirs, at: now)
            _ = try links.propose(link, from: theirs, at: now) { $0.kinds.append("incident") }
        }
        try await house.kraft.delivery.drain()
        let before = try await house.velora.database.read {
            try Linking.liveSources.revisions(of: [.links(of: house.enterprise.id)], $0)
        }
        let shown = try await house.administrator.get(path)
        #expect(shown.text.contains("Kraft-Drives proposes another contract"))
        #expect(shown.text.contains("\(path)/contract/agreement") && shown.text.contains("\(path)/contract/refusal"))
        #expect(!(try await house.reader.get(path).text.contains("\(path)/contract/refusal")))
        #expect(try await house.administrator.post("\(path)/contract/refusal").status == 303)
        #expect(try await house.velora.link(house.enterprise, link)?.proposal == nil)
        let after = try await house.velora.database.read {
            try Linking.liveSources.revisions(of: [.links(of: house.enterprise.id)], $0)
        }
        #expect(before != after)
    }

    @Test("the exchange's endpoints answer through the site as they do without it", arguments: Engine.allCases)
    func endpoints(engine: Engine) async throws {
        let house = try await LinkHouse(engine)
        let client = Browser(house.site)
        let statement = try await client.get("/.well-known/entente/velora")
        #expect(statement.status == 200)
        #expect(try Statement.verify(statement.text).name == "Velora")
        #expect(try await client.get("/.well-known/entente/nobody").status == 404)
        let unsigned = PlainRequest(
            "POST", "/velora/exchange/inbox", headers: ["Content-Type": Batch.contentType], body: Array("[]".utf8))
        #expect(try await house.site.answer(unsigned).status == 401)
    }
}
