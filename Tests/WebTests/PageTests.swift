// SPDX-License-Identifier: Apache-2.0
import SiteTesting
import Storage
import Testing

@testable import Web

@Suite("pages and JSON")
struct PageTests {
    @Test("one action serves a page to a browser and JSON to a program")
    func negotiation() async throws {
        let site = try await Notebook.site()
        let api = APIClient(site, token: "ann")
        #expect(try await api.post("/b/notes", ["number": "1", "text": "milk"]).status == 201)

        let note = try await api.get("/b/notes/1", as: Note.self)
        #expect(note == Note(number: 1, text: "milk"))

        let browser = Browser(site)
        browser.keep("__Host-member", "bob")
        let page = try await browser.get("/b/notes/1")
        #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(page.text.contains("Note by bob: milk"))
        #expect(page.headers["Content-Language"] == "en")
    }

    @Test("a page speaks the browser's language, a program gets problems in it too")
    func language() async throws {
        let site = try await Notebook.site()
        let browser = Browser(site, language: "fr, nl;q=0.8, en;q=0.5")
        browser.keep("__Host-member", "bob")
        _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "melk"])
        #expect(try await browser.get("/b/notes/1").text.contains("Notitie van bob: melk"))
        #expect(try await browser.get("/b/notes/2").text.contains("Hier is niets"))
    }

    @Test("a done form leads on with a notice that shows once")
    func flash() async throws {
        let site = try await Notebook.site()
        let browser = Browser(site)
        browser.keep("__Host-member", "bob")
        let done = try await browser.post("/b/notes", [("number", "1"), ("text", "<milk> & \"eggs\"")])
        #expect(done.status == 303)
        #expect(done.headers["Location"] == "/b/notes/1")
        let page = try await browser.follow(done)
        #expect(page.text.contains(#"<p class="notice">Saved.</p>"#))
        #expect(page.text.contains("&lt;milk&gt; &amp; &quot;eggs&quot;"))
        #expect(try await !browser.get("/b/notes/1").text.contains("notice"))
    }

    @Test("a notice that somebody else wrote is not shown")
    func forgedFlash() async throws {
        let site = try await Notebook.site()
        let browser = Browser(site)
        _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "milk"])
        browser.keep("__Host-member", "bob")
        browser.keep("__Host-entente.notice", Flash(secret: [1, 2, 3]).set("Call 555-EVIL").value)
        #expect(try await !browser.get("/b/notes/1").text.contains("EVIL"))
    }

    @Test("HEAD answers as GET, without a body")
    func head() async throws {
        let site = try await Notebook.site()
        let api = APIClient(site, token: "ann")
        _ = try await api.post("/b/notes", ["number": "1", "text": "milk"])
        let head = try await api.send("HEAD", "/b/notes/1")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers["Content-Length"] == String(try await api.get("/b/notes/1").body.count))
    }

    @Test(
        "an address that leads nowhere is 404",
        arguments: ["/nothing", "/b/notes", "//b/notes/1", "/b/notes/1/", "/b/notes/%00", "/b//1", "/b/notes/1/x"])
    func nowhere(target: String) async throws {
        let answer = try await APIClient(try await Notebook.site(), token: "ann").get(target)
        #expect(answer.status == (target == "/b/notes" ? 405 : 404))
    }

    @Test("another method is 405 and says which ones work")
    func otherMethod() async throws {
        let answer = try await APIClient(try await Notebook.site(), token: "ann").send("DELETE", "/b/notes/1")
        #expect(answer.status == 405)
        #expect(answer.headers["Allow"] == "GET, HEAD")
        #expect(answer.headers["Content-Type"] == "application/problem+json")
    }

    @Test("who accepts neither pages nor JSON gets 406")
    func notAcceptable() async throws {
        let site = try await Notebook.site()
        let answer = try await site.answer(PlainRequest("GET", "/b/break", headers: ["Accept": "image/png"]))
        #expect(answer.status == 406)
    }

    @Test(
        "the wanted format follows the weights of Accept",
        arguments: [
            ("text/html", Visit.Format.page), ("application/json", .json), ("*/*", .page), ("", .page),
            ("application/json;q=0.5, text/html;q=0.4", .json), ("text/html, application/json;q=0.9", .page),
            ("application/*", .json), ("text/html;q=0, */*", .json),
        ])
    func weights(accept: String, format: Visit.Format) throws {
        let visit = Visit(
            method: "GET", target: "/", headers: accept.isEmpty ? [:] : [.accept: accept], address: "", now: .now)
        #expect(visit.format == format)
    }

    @Test("an unforeseen error is a 500 with a number and without its details")
    func unexpected() async throws {
        let site = try await Notebook.site()
        let problem = try await APIClient(site).get("/b/break").problem
        #expect(problem.status == 500)
        #expect(!problem.detail.contains("Mishap"))
        #expect(problem.detail.contains(/number: [A-Za-z0-9_-]{12}\./))
        let page = try await Browser(site).get("/b/break")
        #expect(page.status == 500)
        #expect(page.text.contains("500 Something went wrong"))
    }

    @Test("a conflict in the database is 409, not 500")
    func conflict() async throws {
        let api = APIClient(try await Notebook.site(), token: "ann")
        #expect(try await api.send("PUT", "/b/notes/1/tag", body: Array(#"{"tag":"x"}"#.utf8)).status == 200)
        let second = try await api.send("PUT", "/b/notes/2/tag", body: Array(#"{"tag":"x"}"#.utf8))
        #expect(second.status == 409)
        #expect(try second.problem.type == "https://notes.example/problems/conflict")
    }
}
