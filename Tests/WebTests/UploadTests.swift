// SPDX-License-Identifier: Apache-2.0
import SiteTesting
import Testing

@testable import Web

@Suite("uploads")
struct UploadTests {
    private func send(_ body: [UInt8], boundary: String = FormPart.boundary) async throws -> PlainAnswer {
        try await Notebook.site().answer(
            PlainRequest(
                "POST", "/b/photos",
                headers: ["Content-Type": "multipart/form-data; boundary=\(boundary)", "Accept": "application/json"],
                body: body))
    }

    private func photo(_ bytes: [UInt8], name: String = "a.png") -> [FormPart] {
        [.text("caption", "Boat"), .file("photo", fileName: name, type: "image/png", bytes)]
    }

    @Test("a file arrives byte by byte, even with what looks like a boundary in it")
    func file() async throws {
        let bytes = Array("\r\n--\r\n----entente\r\n".utf8) + (0...255).map { UInt8($0) }
        let kept = try await send(FormPart.body(photo(bytes))).json(as: AddPhoto.Kept.self)
        #expect(kept.size == bytes.count)
        #expect(kept.name == "a.png")
        #expect(kept.type == "image/png")
        #expect(kept.caption == "Boat")
    }

    @Test(
        "a name keeps only its last part and what can be shown",
        arguments: [
            ("../../etc/passwd", "passwd"), ("C:\\Fotos\\été.png", "été.png"), ("a\u{7}b.png", "ab.png"), ("/", "file"),
            ("a%22b.png", "a\"b.png"),
        ])
    func names(sent: String, kept: String) async throws {
        #expect(try await send(FormPart.body(photo([1], name: sent))).json(as: AddPhoto.Kept.self).name == kept)
    }

    @Test("a missing or empty file is told on its field")
    func missing() async throws {
        let none = try await send(FormPart.body([.text("caption", "Boat")]))
        #expect(try none.problem.errors.map(\.field) == ["photo"])
        let empty = try await send(FormPart.body(photo([])))
        #expect(try empty.problem.errors.map(\.field) == ["photo"])
    }

    @Test("25 MiB pass, one byte more is 413")
    func size() async throws {
        let largest = [UInt8](repeating: 13, count: UploadedFile.limit)
        #expect(try await send(FormPart.body(photo(largest))).status == 200)
        let beyond = try await send(FormPart.body(photo(largest + [1])))
        #expect(beyond.status == 413)
        #expect(try beyond.problem.detail.contains("25 MiB"))
    }

    @Test("a body that announces or sends too much is 413")
    func bodyLimit() async throws {
        let site = try await Notebook.site { $0.bodyLimit = 100 }
        let headers: Headers = [
            "Authorization": "Bearer ann", "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        ]
        let body = [UInt8](repeating: 65, count: 101)
        #expect(try await site.answer(PlainRequest("POST", "/b/notes", headers: headers, body: body)).status == 413)
        var lying = headers
        lying.add("Content-Length", "5")
        #expect(try await site.answer(PlainRequest("POST", "/b/notes", headers: lying, body: body)).status == 413)
        #expect(try await site.answer(PlainRequest("POST", "/b/echo", headers: headers, body: body)).status == 413)
    }

    @Test(
        "parts that cannot be told apart are 400",
        arguments: [
            "", "x", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
            "--b\r\n\r\n1\r\n--b--", "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
            "--b\r\nnonsense\r\n\r\n1\r\n--b--", "--bx",
        ])
    func malformed(body: String) async throws {
        let answer = try await send(Array(body.utf8), boundary: "b")
        #expect(answer.status == (body.isEmpty ? 422 : 400))
    }

    @Test("a file that could do harm is a download")
    func download() async throws {
        let site = try await Notebook.site()
        let page = try await site.answer(PlainRequest("GET", "/b/photos/x.html"))
        #expect(page.headers["Content-Type"] == "application/octet-stream")
        #expect(page.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x.html")
        #expect(page.headers["Content-Security-Policy"]?.contains("sandbox") == true)
        let picture = try await site.answer(PlainRequest("GET", "/b/photos/%C3%A9%0A.png"))
        #expect(picture.status == 404)
        let named = try await site.answer(PlainRequest("GET", "/b/photos/%C3%A9%22.png"))
        #expect(named.headers["Content-Disposition"] == "inline; filename*=UTF-8''%C3%A9%22.png")
        let again = try await site.answer(
            PlainRequest("GET", "/b/photos/a.png", headers: ["If-None-Match": named.headers["ETag"] ?? ""]))
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
    }
}
