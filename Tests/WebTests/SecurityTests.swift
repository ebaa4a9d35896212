// SPDX-License-Identifier: Apache-2.0
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Web

@Suite("security at the front door")
struct SecurityTests {
    private let form = Array("number=1&text=milk".utf8)

    private func post(_ headers: Headers) async throws -> Int {
        var headers = headers
        headers.add("Content-Type", "application/x-www-form-urlencoded")
        return try await Notebook.site().answer(PlainRequest("POST", "/b/notes", headers: headers, body: form)).status
    }

    @Test("a form from this site passes")
    func sameOrigin() async throws {
        #expect(try await post(["Cookie": "__Host-member=ann", "Sec-Fetch-Site": "same-origin"]) == 303)
        #expect(try await post(["Cookie": "__Host-member=ann", "Origin": "https://notes.example"]) == 303)
    }

    @Test("a form from elsewhere is refused")
    func crossSite() async throws {
        for site in ["cross-site", "same-site", "none"] {
            #expect(try await post(["Cookie": "__Host-member=ann", "Sec-Fetch-Site": site]) == 403)
        }
        for origin in ["https://evil.example", "http://notes.example", "null", "https://notes.example:444"] {
            #expect(try await post(["Cookie": "__Host-member=ann", "Origin": origin]) == 403)
        }
        #expect(try await post(["Cookie": "__Host-member=ann"]) == 403)
        #expect(try await post(["Accept": "text/html"]) == 403)
    }

    @Test("a token needs no such check, and its cookies count for nothing")
    func bearer() async throws {
        #expect(try await post(["Authorization": "Bearer ann", "Sec-Fetch-Site": "cross-site"]) == 201)
        #expect(try await post(["Authorization": "Bearer reader", "Cookie": "__Host-member=ann"]) == 403)
    }

    @Test("who is not signed in goes to the sign-in page and comes back; a program is told 401")
    func signIn() async throws {
        let site = try await Notebook.site()
        let page = try await Browser(site).get("/b/notes/1?x=1")
        #expect(page.status == 303)
        #expect(page.headers["Location"] == "/sign-in?to=%2Fb%2Fnotes%2F1%3Fx%3D1")
        let answer = try await APIClient(site).get("/b/notes/1")
        #expect(answer.status == 401)
        #expect(answer.headers["WWW-Authenticate"] == "Bearer realm=\"entente\"")
    }

    @Test("cookies are for this host only, and no script reads them")
    func cookies() async throws {
        let answer = try await Browser(try await Notebook.site()).post("/sign-in", [("name", "ann")])
        let cookies = answer.headers.all("Set-Cookie")
        #expect(cookies.count == 2)
        for cookie in cookies {
            #expect(cookie.hasPrefix("__Host-"))
            #expect(cookie.contains("; Path=/"))
            #expect(cookie.hasSuffix("; Secure; HttpOnly; SameSite=Lax"))
            #expect(!cookie.contains("Domain"))
        }
    }

    @Test("a cookie sent twice, or without the prefix, counts for nothing")
    func repeatedCookies() async throws {
        let site = try await Notebook.site()
        for cookie in ["__Host-member=a; __Host-member=b", "member=a"] {
            #expect(try await site.answer(PlainRequest("GET", "/b/notes/1", headers: ["Cookie": cookie])).status == 303)
        }
    }

    @Test("every answer carries the headers that protect a browser", arguments: ["/b/notes/1", "/nothing", "/healthz"])
    func headers(target: String) async throws {
        let answer = try await Browser(try await Notebook.site()).get(target)
        #expect(answer.headers["Content-Security-Policy"] == SecurityHeaders.contentPolicy)
        #expect(SecurityHeaders.contentPolicy.contains("unsafe") == false)
        #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
        #expect(answer.headers["Referrer-Policy"] == "same-origin")
        #expect(answer.headers["Cross-Origin-Opener-Policy"] == "same-origin")
        #expect(answer.headers["Strict-Transport-Security"] != nil)
    }

    @Test("no value of ours can end a header early")
    func headerInjection() async throws {
        let site = try await Notebook.site()
        let name = "a\r\nSet-Cookie: evil=1"
        let browser = Browser(site)
        let answer = try await browser.post("/sign-in", [("name", name)])
        #expect(!answer.headers.fields.contains { $0.value.contains("\n") || $0.name.contains("evil") })
        let location = try await Browser(site).get("/b/notes/1?x=%0d%0aSet-Cookie:%20evil=1")
        #expect(location.headers.all("Set-Cookie").isEmpty)
    }

    @Test("attempts beyond the limit are 429, per client, whichever process they reach", arguments: Engine.allCases)
    func rateLimit(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: Notebook.migrations)
        let site = try await Notebook.site(database: database)
        let other = try await Notebook.site(database: database)
        let attacker = Browser(site, address: "198.51.100.1")
        for number in 0..<5 { #expect(try await attacker.post("/sign-in", [("name", "n\(number)")]).status == 303) }
        let refused = try await attacker.post("/sign-in", [("name", "n9")])
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
        #expect(try await Browser(site, address: "198.51.100.2").post("/sign-in", [("name", "x")]).status == 303)
        let elsewhere = try await Browser(other, address: "198.51.100.1").post("/sign-in", [("name", "n10")])
        #expect(elsewhere.status == 429)
        #expect(elsewhere.headers["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
        // A clock that was a year ahead locks nobody out for a year.
        try await database.write { tx in try tx.run("UPDATE rate_limits SET full_at = full_at + 31536000000") }
        #expect(try await Browser(other, address: "198.51.100.1").post("/sign-in", [("name", "n11")]).status == 303)
    }

    @Test("a limit counts what is refused later, is written by no GET, and is forgotten when it is full", arguments: Engine.allCases)
    func countsTheRefused(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: Notebook.migrations)
        let site = try await Notebook.site(database: database)
        func buckets() async throws -> Int? {
            try await database.read { tx in try tx.first("SELECT COUNT(*) FROM rate_limits") { try $0.next() as Int } }
        }
        let browser = Browser(site)
        for _ in 0..<3 { _ = try await browser.get("/b/notes/1") }
        #expect(try await buckets() == 0)
        for _ in 0..<5 { #expect(try await browser.post("/sign-in", [("name", "")]).status == 422) }
        #expect(try await buckets() == 1)
        #expect(try await browser.post("/sign-in", [("name", "x")]).status == 429)
        try await Site.sweep(database)
        #expect(try await buckets() == 1)
        try await database.write { tx in try tx.run("UPDATE rate_limits SET full_at = \(tx.startedAt)") }
        try await Site.sweep(database)
        #expect(try await buckets() == 0)
    }

    @Test("addresses of one IPv6 network are one client")
    func addressBlocks() {
        #expect(RateLimiter.client("2001:db8:1:2:3::4") == RateLimiter.client("2001:db8:1:2:ffff::1"))
        #expect(RateLimiter.client("2001:db8:1:2::1") != RateLimiter.client("2001:db8:1:3::1"))
        #expect(AddressBlock("10.0.0.0/9")?.contains("10.127.0.1") == true)
        #expect(AddressBlock("10.0.0.0/9")?.contains("10.128.0.1") == false)
        #expect(AddressBlock("::1")?.contains("::1") == true)
        #expect(AddressBlock("127.0.0.1")?.contains("::ffff:127.0.0.1") == true)
        #expect(AddressBlock("10.0.0.0/33") == nil)
        #expect(AddressBlock("10.0.0") == nil)
    }

    @Test("only a trusted proxy is believed about who the client is")
    func proxies() async throws {
        let site = try await Notebook.site { $0.trustedProxies = [AddressBlock("192.0.2.0/24")].compactMap { $0 } }
        func attempt(_ peer: String, _ forwarded: String, _ name: String) async throws -> Int {
            let headers: Headers = [
                "X-Forwarded-For": forwarded, "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/x-www-form-urlencoded",
            ]
            return try await site.answer(
                PlainRequest("POST", "/sign-in", headers: headers, body: Array("name=\(name)".utf8), peer: peer)
            ).status
        }
        for number in 0..<5 { _ = try await attempt("192.0.2.1", "198.51.100.7, 192.0.2.9", "a\(number)") }
        #expect(try await attempt("192.0.2.1", "1.2.3.4, 198.51.100.7", "b") == 429)
        #expect(try await attempt("192.0.2.1", "198.51.100.8", "c") == 303)
        for number in 0..<5 { _ = try await attempt("203.0.113.5", "9.9.9.\(number)", "d\(number)") }
        #expect(try await attempt("203.0.113.5", "9.9.9.9", "e") == 429)
    }

    @Test("a raw action sees what was sent, and our own address")
    func raw() async throws {
        let site = try await Notebook.site()
        let headers: Headers = ["Host": "evil.example", "X-Two": "1", "x-two": "2"]
        let answer = try await site.answer(
            PlainRequest("POST", "/b/echo?a=%20b", headers: headers, body: [0, 255, 10]))
        #expect(answer.status == 202)
        #expect(answer.body == [0, 255, 10])
        #expect(answer.headers["Target"] == "https://notes.example/b/echo?a=%20b")
        #expect(answer.headers["Got"] == "1, 2")
        let large = try await site.answer(PlainRequest("POST", "/b/echo", body: [UInt8](repeating: 1, count: 101)))
        #expect(large.headers["Content-Type"] == "application/problem+json")
    }
}
