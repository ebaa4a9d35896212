// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Entente
import Foundation
import Logging
import Office
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Enquiries

@Suite("A question whose answer was lost")
struct AskTwiceTests {
    /// A node with Velora on it, as anybody reaches it.
    struct House {
        let database: Database
        let site: Site

        init(_ engine: Engine) async throws {
            database = try await TestDatabase.make(engine, migrations: Node.migrations)
            var logger = Logger(label: "test")
            logger.logLevel = .error
            let origin = try #require(PublicOrigin("https://velora.example"))
            site = try Node(NodeConfiguration(
                site: SiteConfiguration(origin: origin), files: .ofSourceTree.get(), logger: logger), database: database).site
            try await database.write { tx in
                _ = try EnterpriseDraft(name: "Velora", slug: "velora", colour: 2, place: "Ghent").create(
                    Features.kernel(host: ""), tx, by: .commandLine(at: tx.startedAt))
            }
        }

        func cases() async throws -> Int? {
            try await database.read { tx in try tx.first("SELECT COUNT(*) FROM cases") { try $0.next() as Int } }
        }

        /// Sends a question as JSON, with a key.
        func ask(_ question: String, key: String) async throws -> PlainAnswer {
            let fields = ["question": question, "name": "Lotte Canary", "channel": "email", "contact": "lotte@example.org"]
            return try await site.answer(
                PlainRequest(
                    "POST", "/velora/ask",
                    headers: ["Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": key],
                    body: Array(try JSONEncoder().encode(fields))))
        }
    }

    private struct Followed: Decodable { let number: String; let follow: String }

    private static func parts(_ question: String, once: String) -> [FormPart] {
        [
            .text("question", question), .text("name", "Lotte Canary"), .text("channel", "email"),
            .text("contact", "lotte@example.org"), .text("once", once),
            .file("photos", fileName: "a.png", type: "image/png", Array("\u{89}PNG".utf8)),
        ]
    }

    private static func key(in page: PlainAnswer) throws -> String {
        String(try #require(page.text.firstMatch(of: /name="once" value="([A-Za-z0-9_-]{43})"/)?.1))
    }

    @Test("the form sent again opens no second case, and leads to the same page", arguments: Engine.allCases)
    func form(engine: Engine) async throws {
        let house = try await House(engine)
        let browser = Browser(house.site)
        let once = try Self.key(in: try await browser.get("/velora/ask"))
        #expect(try await Self.key(in: browser.get("/velora/ask")) != once)
        let first = try await browser.post("/velora/ask", multipart: Self.parts("Is my battery certified?", once: once))
        // From another address too: people walk out of their wireless network and try again.
        let second = try await Browser(house.site, address: "203.0.113.9").post(
            "/velora/ask", multipart: Self.parts("Is my battery certified?", once: once))
        #expect(first.status == 303 && second.status == 303)
        #expect(first.headers["Location"] == second.headers["Location"])
        #expect(first.headers.all("Set-Cookie") == second.headers.all("Set-Cookie"))
        #expect(second.headers["Idempotent-Replayed"] == "true")
        #expect(try await house.cases() == 1)
        #expect(try await browser.follow(second).text.contains("Is my battery certified?"))
        // Who goes back and writes something else asks something else.
        let other = try await browser.post("/velora/ask", multipart: Self.parts("And my motor?", once: once))
        #expect(other.status == 303 && other.headers["Location"] != first.headers["Location"])
        #expect(try await house.cases() == 2)
    }

    @Test("a program's key stands for one request", arguments: Engine.allCases)
    func header(engine: Engine) async throws {
        let house = try await House(engine)
        let (key, other) = ("8e03978e-40d5-43dd-bc93-6894a57f9324", "\"b6a7e53a-0cd5-4a48-8a63-d9f4bbdcb7ba\"")
        let first = try await house.ask("Is my battery certified?", key: key)
        let second = try await house.ask("Is my battery certified?", key: key)
        #expect(first.status == 201 && second.status == 201 && first.body == second.body)
        #expect(first.headers["Location"] == second.headers["Location"])
        let reused = try await house.ask("Is my motor certified?", key: key)
        #expect(reused.status == 422)
        #expect(try reused.problem.type.hasSuffix("/problems/idempotency-key-reused"))
        #expect(try await house.ask("Is my battery certified?", key: other).status == 201)
        #expect(try await house.cases() == 2)
        for bad in ["short", String(repeating: "x", count: 201), "has a blank in it, really"] {
            #expect(try await house.ask("Hello there.", key: bad).status == 400)
        }
        // What was refused has not used up its key.
        #expect(try await house.ask("", key: "0123456789abcdef").status == 422)
        #expect(try await house.ask("Now with words.", key: "0123456789abcdef").status == 201)
    }

    @Test("sent many times at once it opens one case", arguments: Engine.allCases)
    func atOnce(engine: Engine) async throws {
        let house = try await House(engine)
        let pages = try await withThrowingTaskGroup(of: PlainAnswer.self) { group in
            for _ in 0..<8 { group.addTask { try await house.ask("Is it raining?", key: "0123456789abcdef") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(pages.allSatisfy { $0.status == 201 })
        #expect(Set(pages.map { $0.headers["Location"] ?? "" }).count == 1)
        #expect(try await house.cases() == 1)
    }

    @Test("the database alone tells nothing of what was answered, and a day later has forgotten it", arguments: Engine.allCases)
    func secret(engine: Engine) async throws {
        let house = try await House(engine)
        let key = "0123456789abcdef0123456789abcdef"
        let follow = try await house.ask("Is my battery certified?", key: key).json(as: Followed.self).follow
        let token = try #require(follow.split(separator: "/").last)
        let kept = try await house.database.read { tx in
            try tx.all("SELECT place, content, answer FROM kept_answers") { row in
                (try row.next() as [UInt8], try row.next() as [UInt8], try row.next() as [UInt8])
            }
        }
        #expect(kept.count == 1)
        let bytes = kept.flatMap { $0.0 + $0.1 + $0.2 }
        for word in [String(token), key, "Canary", "lotte@example.org", "201"] {
            #expect(bytes.firstRange(of: Array(word.utf8)) == nil)
        }
        try await Site.sweep(house.database)
        #expect(try await house.ask("Is my battery certified?", key: key).json(as: Followed.self).follow == follow)
        try await house.database.write { tx in try tx.run("UPDATE kept_answers SET made_at = made_at - 86400000") }
        #expect(try await house.ask("Is my battery certified?", key: key).json(as: Followed.self).follow != follow)
        #expect(try await house.cases() == 2)
        try await house.database.write { tx in try tx.run("UPDATE kept_answers SET made_at = made_at - 86400000") }
        try await Site.sweep(house.database)
        let left = try await house.database.read { tx in try tx.first("SELECT COUNT(*) FROM kept_answers") { try $0.next() as Int } }
        #expect(left == 0)
    }

    @Test("every form for everybody has a key")
    func publicForms() throws {
        let files = try ProgramFiles.ofSourceTree.get().files
        let texts = files.filter { $0.key.hasSuffix(".mustache") }.map { String(decoding: $0.value, as: UTF8.self) }
        let forms = texts.filter { $0.contains("{{<layout-public}}") }.flatMap {
            $0.split(separator: "\n").filter { $0.contains("method=\"post\"") }
        }
        #expect(forms.count >= 6)
        for form in forms { #expect(form.contains("{{> once}}")) }
    }
}
