// SPDX-License-Identifier: Apache-2.0
import SiteTesting
import Storage
import Testing

@testable import Web

@Suite("forms")
struct FormTests {
    private struct Text: Encodable, Sendable {
        var number: Int? = 1
        var text: String? = "milk"
        var colour: String?
        var due: String?
        var tags: [String]?
    }

    private func send(_ fields: Text) async throws -> PlainAnswer {
        try await APIClient(try await Notebook.site(), token: "ann").post("/b/notes", fields)
    }

    @Test("values arrive with their types")
    func values() async throws {
        let answer = try await send(
            Text(number: 7, text: "  two\r\nlines  ", colour: "red", due: "2026-11-24T17:00", tags: ["a", "b"]))
        let saved = try answer.json(as: AddNote.Saved.self)
        #expect(saved.number == 7)
        #expect(saved.text == "two\nlines")
        #expect(saved.colour == .red)
        #expect(saved.due == Timestamp(rfc3339: "2026-11-24T16:00:00Z"))  // The caller lives in Brussels.
        #expect(saved.tags == ["a", "b"])
    }

    @Test("a time may be RFC 3339 with an offset")
    func rfc3339() async throws {
        let saved = try await send(Text(due: "2026-11-24T17:00:00+02:00")).json(as: AddNote.Saved.self)
        #expect(saved.due == Timestamp(rfc3339: "2026-11-24T15:00:00Z"))
    }

    @Test("Unicode is kept as it was typed")
    func unicode() async throws {
        let typed = "e\u{301}👩‍👩‍👧‍👧"
        let saved = try await send(Text(text: typed)).json(as: AddNote.Saved.self)
        #expect(Array(saved.text.unicodeScalars) == Array(typed.unicodeScalars))
    }

    @Test("every wrong field is told at once, with what to do")
    func allErrors() async throws {
        let problem = try await send(
            Text(number: 0, text: "", colour: "green", due: "tomorrow", tags: ["bad"])
        ).problem
        #expect(problem.status == 422)
        #expect(problem.errors.map(\.field) == ["number", "text", "colour", "due", "tags"])
        #expect(problem.errors.first?.message == "“Number” takes a whole number from 1 to 1000.")
    }

    @Test(
        "text that cannot be kept is refused",
        arguments: ["", "   ", "a\u{0}b", "a\u{7}b", "a\u{9F}b", String(repeating: "é", count: 21)])
    func badText(text: String) async throws {
        #expect(try await send(Text(text: text)).problem.errors.map(\.field) == ["text"])
    }

    @Test("length is counted in characters, not bytes")
    func characters() async throws {
        #expect(try await send(Text(text: String(repeating: "👩‍👩‍👧‍👧", count: 20))).status == 201)
    }

    @Test(
        "a day or hour that does not exist is refused",
        arguments: ["2026-02-30T10:00", "2026-11-24T25:00", "2026-13-01T00:00"])
    func badTime(time: String) async throws {
        #expect(try await send(Text(due: time)).problem.errors.map(\.field) == ["due"])
    }

    @Test("a field sent twice is refused")
    func duplicate() async throws {
        let browser = Browser(try await Notebook.site())
        browser.keep("__Host-member", "bob")
        let answer = try await browser.send(
            PlainRequest(
                "POST", "/b/notes",
                headers: [
                    "Accept": "application/json", "Sec-Fetch-Site": "same-origin",
                    "Content-Type": "application/x-www-form-urlencoded",
                ], body: Array("number=1&text=a&text=b".utf8)))
        #expect(try answer.problem.errors.map(\.field) == ["text"])
    }

    @Test(
        "a JSON body that cannot be read is 400",
        arguments: [
            "{", "[]", "{\"a\":}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}", "{\"a\":01}", "{\"text\":\"a\"} x",
            String(repeating: "[", count: 10_000), "{\"a\":" + String(repeating: "{\"a\":", count: 50),
            "{\"a\":\"\u{1}\"}",
        ])
    func brokenJSON(body: String) async throws {
        let api = APIClient(try await Notebook.site(), token: "ann")
        #expect(try await api.send("POST", "/b/notes", body: Array(body.utf8)).status == 400)
    }

    @Test("bytes that are not UTF-8 are 400", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) async throws {
        let api = APIClient(try await Notebook.site(), token: "ann")
        let body = Array(#"{"text":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(try await api.send("POST", "/b/notes", body: body).status == 400)
    }

    @Test("a broken escape in the address or the form is 400", arguments: ["%", "%1", "%zz", "%ff"])
    func brokenEscape(text: String) async throws {
        let site = try await Notebook.site()
        let headers: Headers = [
            "Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer ann",
        ]
        #expect(try await site.answer(PlainRequest("GET", "/b/notes/\(text)", headers: headers)).status == 400)
        #expect(try await site.answer(PlainRequest("GET", "/b/notes/1?a=\(text)", headers: headers)).status == 400)
        let body = Array("number=1&text=\(text)".utf8)
        #expect(try await site.answer(PlainRequest("POST", "/b/notes", headers: headers, body: body)).status == 400)
    }

    @Test("a body of a type we do not read is 415", arguments: ["text/plain", "application/xml", ""])
    func contentType(type: String) async throws {
        let site = try await Notebook.site()
        var headers: Headers = ["Authorization": "Bearer ann"]
        if !type.isEmpty { headers.add("Content-Type", type) }
        #expect(try await site.answer(PlainRequest("POST", "/b/notes", headers: headers, body: [1])).status == 415)
    }

    @Test("too many fields are refused")
    func manyFields() async throws {
        let site = try await Notebook.site()
        let headers: Headers = ["Authorization": "Bearer ann", "Content-Type": "application/x-www-form-urlencoded"]
        let body = Array(String(repeating: "a=1&", count: 1001).utf8)
        #expect(try await site.answer(PlainRequest("POST", "/b/notes", headers: headers, body: body)).status == 400)
    }

    @Test("a refused form shows its page again, with all that was typed and what is wrong")
    func retry() async throws {
        let site = try await Notebook.site()
        _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "milk"])
        let browser = Browser(site)
        browser.keep("__Host-member", "bob")
        _ = try await browser.get("/b/notes/1")
        let long = "a text that is longer than twenty characters"
        let page = try await browser.post("/b/notes", [("number", "2"), ("text", long), ("colour", "red")])
        #expect(page.status == 422)
        #expect(page.text.contains("Note by bob: milk"))
        #expect(page.text.contains(#"<form class="bad">"#))
        #expect(page.text.contains(#"value="\#(long)""#))
        #expect(page.text.contains("may have at most 20 characters and has 44. Shorten it."))
        #expect(page.text.contains("red"))
    }

    @Test("a form without a page to show again gets the error page")
    func noPlace() async throws {
        let browser = Browser(try await Notebook.site())
        browser.keep("__Host-member", "bob")
        let page = try await browser.post("/b/notes", [("number", "x")])
        #expect(page.status == 422)
        #expect(page.text.contains("422 Something needs your attention"))
    }
}
