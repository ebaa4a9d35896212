// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration
@testable import Networking
@testable import Office

/// A node with one enterprise, Velora, and its administrator, Inès.
struct OneHouse {
    static let password = "a long password"
    let site: Site
    let database: Database
    let kernel: Kernel
    let setUp: SetUp
    let passwords: Passwords

    init(_ engine: Engine, isEmpty: Bool = false) async throws {
        database = try await TestDatabase.make(engine, migrations: Company.usualFeatures.migrations)
        setUp = SetUp()
        passwords = Passwords(cost: .minimal)
        var services = Services()
        let kernel = Kernel(Company.usualFeatures, host: "velora.example") { _ in }
        services.kernel = kernel
        self.kernel = kernel
        services.setUp = setUp
        services.passwords = passwords
        let live = Live(database: database, sources: [])
        let origin = try #require(PublicOrigin("https://velora.example"))
        site = try Site(
            SiteConfiguration(origin: origin), database: database,
            templates: Templates(.ofSourceTree.get()), assets: Assets(.ofSourceTree.get()),
            live: live,
            services: services, actions: House.actions)
        if !isEmpty { try await add("ines@velora.example", "Inès Martin", .administrator, creating: true) }
    }

    @discardableResult
    func add(_ email: String, _ name: String, _ role: Member.Role, creating: Bool = false) async throws -> Member {
        let hash = try await passwords.hash(Self.password)
        return try await database.write { tx in
            let enterprise =
                creating
                ? try EnterpriseDraft(name: "Velora", slug: "velora", colour: 2, place: "Ghent").create(kernel, tx, by: .commandLine(at: tx.startedAt))
                : try #require(try EnterpriseStore(tx).find(slug: "velora"))
            let member = Member(email: email, name: name, role: role)
            try MemberStore(enterprise.id, tx).add(member, password: hash)
            return member
        }
    }

    func signIn(_ email: String = "ines@velora.example", address: String = "192.0.2.1") async throws -> Browser {
        let browser = Browser(site, address: address)
        let answer = try await browser.post("/velora/sign-in", [("email", email), ("password", Self.password)])
        #expect(answer.status == 303)
        return browser
    }

    /// As if every limit there is had been used up.
    func emptyLimits() async throws {
        try await database.write { tx in try tx.run("UPDATE rate_limits SET full_at = \(tx.startedAt + 3_600)") }
    }

    func member(_ email: String) async throws -> Member {
        try await database.read { tx in
            let enterprise = try #require(try EnterpriseStore(tx).find(slug: "velora"))
            return try #require(try MemberStore(enterprise.id, tx).find(email: email))
        }
    }
}

@Suite("Signing in")
struct SignInTests {
    @Test("the right password opens the page that was asked for", arguments: Engine.allCases)
    func right(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let browser = Browser(house.site)
        let asked = try await browser.get("/velora/members?x=1")
        #expect(asked.headers["Location"] == "/velora/sign-in?to=%2Fvelora%2Fmembers%3Fx%3D1")
        let page = try await browser.follow(asked)
        #expect(page.text.contains(#"name="returnTo" value="/velora/members?x=1""#))
        let answer = try await browser.post(
            "/velora/sign-in",
            [("email", "INES@velora.example"), ("password", OneHouse.password), ("returnTo", "/velora/members?x=1")])
        #expect(answer.headers["Location"] == "/velora/members?x=1")
        #expect(browser.cookies.keys.contains("__Host-entente-velora"))
        #expect(try await browser.get("/velora/members").text.contains("Inès Martin"))
    }

    @Test("a wrong password and an unknown address get the same answer, and keep what was typed")
    func wrong() async throws {
        let house = try await OneHouse(.sqlite)
        var pages: [String] = []
        for email in ["ines@velora.example", "nobody@velora.example"] {
            let browser = Browser(house.site)
            _ = try await browser.get("/velora/sign-in")
            let page = try await browser.post("/velora/sign-in", [("email", email), ("password", "not this one")])
            #expect(page.status == 422)
            #expect(page.text.contains(#"value="\#(email)""#))
            #expect(!page.text.contains("not this one"))
            #expect(browser.cookies.isEmpty)
            pages.append(page.text.replacing(email, with: ""))
        }
        #expect(pages[0] == pages[1])
    }

    @Test(
        "signing in leads nowhere else",
        arguments: [
            "https://evil.example", "//evil.example", "/\\evil.example", "/other/today", "/velora/x//evil", "/velora",
            "/velora/%2fevil.example", "/velora/%09/evil.example", "/velora/../..//evil.example", "/velora/sign-in?to=/x",
        ])
    func openRedirect(target: String) async throws {
        let house = try await OneHouse(.sqlite)
        let answer = try await Browser(house.site).post(
            "/velora/sign-in",
            [("email", "ines@velora.example"), ("password", OneHouse.password), ("returnTo", target)])
        #expect(answer.headers["Location"] == "/velora/today")
    }

    private func attempt(_ house: OneHouse, from address: String, password: String = "x") async throws -> Int {
        try await Browser(house.site, address: address).post(
            "/velora/sign-in", [("email", "ines@velora.example"), ("password", password)]
        ).status
    }

    @Test("strangers' wrong passwords lock nobody out", arguments: Engine.allCases)
    func strangers(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        var statuses: [Int] = []
        for _ in 0..<24 { statuses.append(try await attempt(house, from: "198.51.100.1")) }
        // A slow machine gives one back in 45 s.
        #expect(statuses.prefix(20).allSatisfy { $0 == 422 } && statuses.suffix(4).contains(429))
        for number in 0..<22 { #expect(try await attempt(house, from: "203.0.113.\(number)") == 422) }
        #expect(try await attempt(house, from: "192.0.2.77", password: OneHouse.password) == 303)
        try await house.emptyLimits()
        #expect(try await attempt(house, from: "198.51.100.1", password: OneHouse.password) == 429)
    }

    @Test("guesses from many addresses come to an end, but not for a browser that is known", arguments: Engine.allCases)
    func knownDevice(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        try await house.add("jan@velora.example", "Jan", .service)
        let (ines, jan) = (try await house.signIn(), try await house.signIn("jan@velora.example", address: "192.0.2.9"))
        #expect(try await attempt(house, from: "198.51.100.1") == 422)
        // As two hundred guesses from many addresses would.
        try await house.emptyLimits()
        let right = [("email", "ines@velora.example"), ("password", OneHouse.password)]
        #expect(try await attempt(house, from: "203.0.113.1", password: OneHouse.password) == 429)
        // Another member's browser is a stranger's for this account.
        #expect(try await jan.post("/velora/sign-in", right).status == 429)
        #expect(try await ines.post("/velora/sign-in", right).status == 303)
        #expect(ines.cookies["__Host-entente-velora.device"]?.count == 43)
        // Its own attempts are limited too: a stolen cookie is no way around.
        var statuses: [Int] = []
        for _ in 0..<24 {
            statuses.append(try await ines.post("/velora/sign-in", [("email", "ines@velora.example"), ("password", "x")]).status)
        }
        #expect(statuses.prefix(19).allSatisfy { $0 == 422 } && statuses.suffix(5).contains(429))
    }

    @Test("a browser that several share is known for each, and for nobody once they sign out everywhere")
    func sharedDevice() async throws {
        let house = try await OneHouse(.sqlite)
        try await house.add("jan@velora.example", "Jan", .service)
        let browser = try await house.signIn()
        let device = try #require(browser.cookies["__Host-entente-velora.device"])
        _ = try await browser.post("/velora/sign-in", [("email", "jan@velora.example"), ("password", OneHouse.password)])
        #expect(browser.cookies["__Host-entente-velora.device"] == device)
        let (enterprise, members) = try await house.database.read { tx in
            let enterprise = try #require(try EnterpriseStore(tx).find(slug: "velora"))
            return (enterprise, try MemberStore(enterprise.id, tx).list().map(\.id))
        }
        @Sendable func known() async throws -> [Bool] {
            try await house.database.read { tx in
                try members.map { try KnownDevices(enterprise, tx).knows(device, of: $0, at: .now) }
            }
        }
        #expect(try await known() == [true, true])
        _ = try await browser.post("/velora/profile/sessions")
        #expect(try await known().filter(\.self).count == 1)
        browser.keep("__Host-entente-velora.device", "made-up")
        _ = try await browser.post("/velora/sign-in", [("email", "jan@velora.example"), ("password", OneHouse.password)])
        #expect(browser.cookies["__Host-entente-velora.device"] != "made-up")
    }

    @Test("a session is for one enterprise only")
    func otherEnterprise() async throws {
        let house = try await OneHouse(.sqlite)
        try await house.database.write { tx in
            _ = try EnterpriseDraft(name: "Dekker", slug: "dekker", colour: 3, place: "").create(house.kernel, tx, by: .commandLine(at: tx.startedAt))
        }
        let browser = try await house.signIn()
        browser.keep("__Host-entente-dekker", browser.cookies["__Host-entente-velora"] ?? "")
        #expect(try await browser.get("/dekker/members").status == 303)
    }

    @Test("who signs out is out, and so is everybody else of that account when asked", arguments: Engine.allCases)
    func signOut(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let (first, second) = (try await house.signIn(), try await house.signIn(address: "192.0.2.9"))
        let kept = first.cookies
        let out = try await first.post("/velora/sign-out")
        #expect(out.headers["Clear-Site-Data"] == "\"cache\"")
        #expect(first.cookies["__Host-entente-velora"] == nil)
        first.keep("__Host-entente-velora", kept["__Host-entente-velora"] ?? "")
        #expect(try await first.get("/velora/profile").status == 303)
        #expect(try await second.get("/velora/profile").status == 200)
        _ = try await second.post("/velora/profile/sessions")
        #expect(try await second.get("/velora/profile").status == 303)
    }
}

@Suite("Members")
struct MemberTests {
    @Test(
        "an administrator adds a member, who can sign in with the password that is shown once",
        arguments: Engine.allCases)
    func add(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let browser = try await house.signIn()
        let page = try await browser.post(
            "/velora/members", [("name", "Jan Claes"), ("email", "Jan@velora.example"), ("role", "service")])
        let password = try #require(page.text.firstMatch(of: /strong">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</)?.1)
        #expect(try await !browser.get("/velora/members").text.contains(password))
        let jan = Browser(house.site, address: "192.0.2.7")
        let answer = try await jan.post(
            "/velora/sign-in", [("email", "jan@velora.example"), ("password", String(password))])
        #expect(answer.status == 303)
        let again = try await browser.post(
            "/velora/members", [("name", "Jan"), ("email", "jan@velora.example"), ("role", "sales")])
        #expect(again.status == 422)
        #expect(again.text.contains("Another member has this e-mail address."))
    }

    @Test("a role is all a member may do", arguments: Member.Role.allCases)
    func roles(role: Member.Role) async throws {
        let house = try await OneHouse(.sqlite)
        try await house.add("x@velora.example", "X", role)
        let browser = try await house.signIn("x@velora.example")
        let isAdministrator = role == .administrator
        #expect(try await browser.get("/velora/members").status == 200)
        #expect(try await browser.get("/velora/tokens").status == (isAdministrator ? 200 : 403))
        let added = try await browser.post(
            "/velora/members", [("name", "Y"), ("email", "y@velora.example"), ("role", "reader")])
        #expect(added.status == (isAdministrator ? 200 : 403))
    }

    @Test("who has left is out at once, with the tokens they made", arguments: Engine.allCases)
    func leave(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let jan = try await house.add("jan@velora.example", "Jan", .administrator)
        let (boss, browser) = (
            try await house.signIn(), try await house.signIn("jan@velora.example", address: "192.0.2.7")
        )
        let made = try await browser.post("/velora/tokens", [("label", "Warehouse"), ("role", "service")])
        let token = try #require(made.text.firstMatch(of: /ent_velora_[A-Za-z0-9_-]{43}/)?.output)
        let program = APIClient(house.site, token: String(token))
        #expect(try await program.get("/velora/members").status == 200)
        #expect(try await program.get("/velora/tokens").status == 403)

        #expect(try await boss.post("/velora/members/\(jan.id)/leave").status == 303)
        #expect(try await browser.get("/velora/profile").status == 303)
        #expect(try await program.get("/velora/members").status == 401)
        let back = try await Browser(house.site, address: "192.0.2.8").post(
            "/velora/sign-in", [("email", "jan@velora.example"), ("password", OneHouse.password)])
        #expect(back.status == 422)
    }

    @Test("the last administrator stays one", arguments: Engine.allCases)
    func lastAdministrator(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let boss = try await house.signIn()
        _ = try await boss.get("/velora/members")
        let id = try await house.member("ines@velora.example").id
        let refused = try await boss.post("/velora/members/\(id)", [("role", "reader")])
        #expect(refused.status == 409)
        #expect(refused.text.contains("Members"))
        #expect(try await boss.post("/velora/members/\(id)/leave").status == 409)
        #expect(try await house.member("ines@velora.example").role == .administrator)
    }

    @Test("a profile changes language, time zone and theme")
    func profile() async throws {
        let house = try await OneHouse(.sqlite)
        let browser = try await house.signIn()
        let fields = [("name", "Inès M."), ("language", "nl"), ("timeZone", "Europe/Lisbon"), ("theme", "dark")]
        #expect(try await browser.post("/velora/profile", fields).status == 303)
        let page = try await browser.get("/velora/profile")
        #expect(page.text.contains(#"lang="nl" data-theme="dark""#))
        #expect(page.text.contains(#"value="Europe/Lisbon" selected"#))
        let wrong = try await browser.post(
            "/velora/profile", [("name", ""), ("language", "nl"), ("timeZone", "Mars/X"), ("theme", "dark")])
        #expect(wrong.status == 422)
    }

    @Test("a new password needs the old one, and ends other sessions")
    func password() async throws {
        let house = try await OneHouse(.sqlite)
        let (browser, other) = (try await house.signIn(), try await house.signIn(address: "192.0.2.9"))
        _ = try await browser.get("/velora/profile")
        let wrong = try await browser.post(
            "/velora/profile/password", [("current", "no"), ("new", "another long one")])
        #expect(wrong.text.contains("That is not your password."))
        let short = try await browser.post("/velora/profile/password", [("current", OneHouse.password), ("new", "short")])
        #expect(short.text.contains("at least 12 characters"))
        let done = try await browser.post(
            "/velora/profile/password", [("current", OneHouse.password), ("new", "another long one")])
        #expect(done.status == 303)
        #expect(try await browser.get("/velora/profile").status == 200)
        #expect(try await other.get("/velora/profile").status == 303)
    }

    @Test("teams are made, joined and left", arguments: Engine.allCases)
    func teams(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let jan = try await house.add("jan@velora.example", "Jan Claes", .service)
        let browser = try await house.signIn()
        #expect(try await browser.post("/velora/teams", [("name", "Service")]).status == 303)
        #expect(try await browser.post("/velora/teams", [("name", "Service")]).status == 422)
        let page = try await browser.get("/velora/teams").text
        let team = try #require(page.firstMatch(of: /\/velora\/teams\/([0-9a-f-]{36})\/members/)?.output.1)
        for _ in 0..<2 {
            #expect(try await browser.post("/velora/teams/\(team)/members", [("member", "\(jan.id)")]).status == 303)
        }
        #expect(try await browser.get("/velora/teams").text.contains("Take Jan Claes off the team"))
        #expect(try await browser.post("/velora/teams/\(team)/members/\(jan.id)/removal").status == 303)
        #expect(try await !browser.get("/velora/teams").text.contains("Take Jan Claes off the team"))
    }

    @Test("adding a member once more with the same key shows the same password, and adds nobody", arguments: Engine.allCases)
    func addTwice(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let browser = try await house.signIn()
        let fields = [("name", "Jan Claes"), ("email", "jan@velora.example"), ("role", "service"), ("once", "0123456789abcdef")]
        let password = /strong">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</
        let first = try await browser.post("/velora/members", fields)
        let second = try await browser.post("/velora/members", fields)
        #expect(second.headers["Idempotent-Replayed"] == "true" && first.headers["Idempotent-Replayed"] == nil)
        #expect(first.text.firstMatch(of: password)?.1 == second.text.firstMatch(of: password)?.1)
        // What was refused may be sent again at once, and is refused again.
        let taken = fields.map { $0.0 == "once" ? ("once", "fedcba9876543210") : $0 }
        for _ in 0..<2 { #expect(try await browser.post("/velora/members", taken).status == 422) }
        // One member's key is nothing to another.
        try await house.add("ann@velora.example", "Ann", .administrator)
        let ann = try await house.signIn("ann@velora.example", address: "192.0.2.3")
        #expect(try await ann.post("/velora/members", fields).status == 422)
    }

    @Test("a token works until it runs out, and for ever only if somebody chose so", arguments: Engine.allCases)
    func expiry(engine: Engine) async throws {
        let house = try await OneHouse(engine)
        let browser = try await house.signIn()
        var tokens: [String: String] = [:]
        for lifetime in ["", "month", "never"] {
            let made = try await browser.post(
                "/velora/tokens", [("label", "T \(lifetime)"), ("role", "administrator"), ("lifetime", lifetime)])
            tokens[lifetime] = String(try #require(made.text.firstMatch(of: /ent_velora_[A-Za-z0-9_-]{43}/)?.output))
        }
        struct Told: Decodable { let label: String; let expiresAt: Timestamp? }
        let told = try await APIClient(house.site, token: tokens["never"]).get("/velora/tokens", as: [Told].self)
        let days = told.reduce(into: [:]) { $0[$1.label] = $1.expiresAt.map { Int((($0 - .now) / .seconds(86_400)).rounded()) } }
        #expect(days == ["T": 365, "T month": 30])
        let page = try await browser.get("/velora/tokens").text
        #expect(page.contains("never runs out") && page.contains("until ") && !page.contains("ran out"))
        try await house.database.write { tx in
            try tx.run("UPDATE api_tokens SET expires_at = \(tx.startedAt) WHERE expires_at IS NOT NULL")
        }
        for (lifetime, token) in tokens {
            let answer = try await APIClient(house.site, token: token).get("/velora/members")
            #expect(answer.status == (lifetime == "never" ? 200 : 401))
        }
        #expect(try await browser.get("/velora/tokens").text.contains("ran out "))
    }

    @Test("what a page offers knows of a token's lesser role", arguments: [Member.Role.reader, .administrator])
    func deskOfAProgram(role: Member.Role) async throws {
        let house = try await OneHouse(.sqlite)
        let ines = try await house.member("ines@velora.example")
        let may = try await house.database.write { tx in
            let enterprise = try #require(try EnterpriseStore(tx).find(slug: "velora"))
            let token = try TokenStore(enterprise, tx).make("T", role: role, by: ines.id, at: .now)
            let credentials = Credentials(path: ["enterprise": "velora"], bearer: token)
            let caller = try StaffCaller.identify(credentials, meeting: .casesRead, tx)
            let call = Call(
                caller: caller, input: 0, credentials: credentials, origin: house.site.origin, services: Services())
            return call.desk(tx).may(.settingsManage)
        }
        #expect(may == (role == .administrator))
    }

    @Test("a token is withdrawn for good")
    func withdraw() async throws {
        let house = try await OneHouse(.sqlite)
        let browser = try await house.signIn()
        let made = try await browser.post("/velora/tokens", [("label", "Reports"), ("role", "reader")])
        let token = try #require(made.text.firstMatch(of: /ent_velora_[A-Za-z0-9_-]{43}/)?.output)
        let list = try await browser.get("/velora/tokens").text
        #expect(!list.contains(token))
        let path = try #require(list.firstMatch(of: /\/velora\/tokens\/[0-9a-f-]{36}\/withdrawal/)?.output)
        #expect(try await browser.post(String(path)).status == 303)
        #expect(try await browser.post(String(path)).status == 404)
        #expect(try await APIClient(house.site, token: String(token)).get("/velora/members").status == 401)
    }
}

@Suite("The first run")
struct FirstRunTests {
    private func fields(_ key: String) -> [(String, String)] {
        [
            ("key", key), ("name", "Velora"), ("slug", "velora"), ("place", "Ghent"), ("colour", "2"),
            ("member", "Inès Martin"), ("email", "ines@velora.example"), ("password", "a long password"),
        ]
    }

    @Test("an empty node is set up once, by who has the code", arguments: Engine.allCases)
    func once(engine: Engine) async throws {
        let house = try await OneHouse(engine, isEmpty: true)
        let browser = Browser(house.site)
        #expect(try await browser.get("/first-run").status == 403)
        #expect(try await browser.get("/first-run?key=guess").status == 403)
        let page = try await browser.get("/first-run?key=\(house.setUp.code)")
        #expect(page.text.contains(house.setUp.code))
        #expect(try await browser.post("/first-run", fields("guess")).status == 403)

        let short = try await browser.post(
            "/first-run", fields(house.setUp.code).map { $0.0 == "password" ? ($0.0, "x") : $0 })
        #expect(short.status == 422)
        #expect(short.text.contains("Inès Martin"))
        #expect(short.text.contains(house.setUp.code))

        let done = try await browser.post("/first-run", fields(house.setUp.code))
        #expect(done.headers["Location"] == "/velora/today")
        #expect(try await browser.get("/velora/profile").status == 200)
        #expect(try await browser.get("/first-run?key=\(house.setUp.code)").status == 404)
        #expect(try await browser.post("/first-run", fields(house.setUp.code)).status == 404)
    }

    @Test("a short name must fit in an address", arguments: ["Velora", "-a", "a b", "api", "assets", "é", "velora.device"])
    func slugs(slug: String) async throws {
        let house = try await OneHouse(.sqlite, isEmpty: true)
        let answer = try await Browser(house.site).post(
            "/first-run", fields(house.setUp.code).map { $0.0 == "slug" ? ($0.0, slug) : $0 })
        #expect(answer.status == 422)
    }
}
