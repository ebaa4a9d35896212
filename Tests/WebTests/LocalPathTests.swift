// SPDX-License-Identifier: Apache-2.0
import SiteTesting
import Testing

@testable import Web

@Suite("paths and names that others write")
struct LocalPathTests {
    @Test(
        "what may lead to another site is no path of ours",
        arguments: [
            "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/%2fevil.example", "/%2F%2Fevil.example",
            "/%5cevil.example", "/%252fevil.example", "/x//evil.example", "/..//evil.example", "/./x", "/%2e%2e/x", "/a/../b",
            "/\tevil.example", "/\u{9}/evil.example", "/a\nb", "/a\r\nb", "/%09/evil.example", "/%0d%0aSet-Cookie:x", "/%00",
            "https://evil.example", "//", "evil.example", "", "/a b", "/é", "/\u{202E}x", "/a\u{7F}", "/%zz", "/%e9",
            "/x#//evil.example", "javascript:alert(1)", "/velora/",
        ])
    func foreign(text: String) { #expect(LocalPath(text) == nil) }

    @Test(
        "a path of ours is kept as it is",
        arguments: ["/", "/velora", "/velora/cases/12?q=a//b&to=%2Fx", "/velora/cases?q=caf%C3%A9", "/?x=1", "/a%20b", "/100%25"])
    func own(text: String) { #expect(LocalPath(text)?.text == text) }

    @Test(
        "a page of another site that pretends to be ours is neither linked nor gone back to",
        arguments: ["//evil.example/", "/\\evil.example", "/%2fevil.example/x", "/\tevil.example"])
    func referrer(path: String) async throws {
        let site = try await Notebook.site()
        for target in ["/b/notes", "/b/photos"] {
            let headers: Headers = [
                "Referer": "https://notes.example\(path)", "Sec-Fetch-Site": "same-origin", "Accept": "text/html",
                "Content-Type": "application/x-www-form-urlencoded", "Cookie": "__Host-member=writer",
            ]
            let answer = try await site.answer(PlainRequest("POST", target, headers: headers, body: Array("text=x".utf8)))
            #expect(answer.status >= 400 && answer.status < 500 && !answer.text.contains("Back"))
            #expect(answer.headers["Location"] == nil)
        }
        let own = try await site.answer(
            PlainRequest(
                "POST", "/b/notes",
                headers: [
                    "Referer": "https://notes.example/b?x=1", "Sec-Fetch-Site": "same-origin", "Accept": "text/html",
                    "Content-Type": "application/x-www-form-urlencoded", "Cookie": "__Host-member=writer",
                ], body: Array("text=x".utf8)))
        #expect(own.text.contains(#"<a href="/b?x=1">Back</a>"#))
        let visit = Visit(
            method: "POST", target: "/b/notes", headers: [.referer: "https://notes.example\(path)"], address: "", now: .now)
        #expect(LocalPath(of: visit, at: site.origin) == nil)
    }

    @Test("a name of a file is what one sees of it")
    func names() {
        let names = [
            "invoice\u{202E}fdp.exe": "invoicefdp.exe", "\u{2066}a\u{2069}.pdf": "a.pdf", "a\u{200B}b\u{FEFF}.txt": "ab.txt",
            "a\u{0}b\u{7}\n.txt": "ab.txt", "../../etc/passwd": "passwd", "C:\\x\\photo.jpg": "photo.jpg", "...": "file",
            "": "file", "\u{202E}\u{200F}": "file", ".htaccess": "htaccess", "Café de la Gare.pdf": "Café de la Gare.pdf",
            "照片.png": "照片.png", "a\u{2028}b": "ab", "a\u{E0041}b\u{AD}c": "abc",
        ]
        for (given, safe) in names { #expect(FileName.safe(given) == safe) }
        #expect(FileName.safe(String(repeating: "x", count: 500) + ".pdf").hasSuffix("x.pdf"))
        #expect(FileName.safe(String(repeating: "x", count: 500) + ".pdf").count == 120)
    }

    @Test("an upload has the name that one sees")
    func upload() async throws {
        let site = try await Notebook.site()
        let answer = try await Browser(site).post(
            "/b/photos", multipart: [.text("caption", "x"), .file("photo", fileName: "a\u{202E}gpj.exe", type: "image/png", [1])])
        #expect(answer.text.contains(#""name":"agpj.exe""#))
    }
}
