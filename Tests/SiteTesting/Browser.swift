// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Web

/// A browser as a site sees it: keeps cookies, says where it comes from, accepts pages. It follows no redirects, so
/// that a test sees them; ``follow(_:)`` does.
package final class Browser: Sendable {
    package let site: Site
    private let address: String
    private let language: String
    private let state = Mutex<(cookies: [String: String], page: String?)>(([:], nil))

    package init(_ site: Site, address: String = "192.0.2.1", language: String = "en") {
        self.site = site
        self.address = address
        self.language = language
    }

    /// What it keeps, by full name.
    package var cookies: [String: String] { state.withLock { $0.cookies } }

    package func keep(_ cookie: String, _ value: String) { state.withLock { $0.cookies[cookie] = value } }

    package func get(_ target: String, headers: Headers = [:]) async throws -> PlainAnswer {
        let answer = try await send(PlainRequest("GET", target, headers: headers, peer: address))
        if answer.status < 300 { state.withLock { $0.page = target } }
        return answer
    }

    /// Sends a form as a page of this site would.
    package func post(_ target: String, _ fields: [(String, String)] = []) async throws -> PlainAnswer {
        let body = fields.map { "\(Self.encode($0))=\(Self.encode($1))" }.joined(separator: "&")
        let headers: Headers = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]
        return try await send(
            PlainRequest("POST", target, headers: headers, body: Array(body.utf8), peer: address))
    }

    /// Sends a form with files, as a page of this site would.
    package func post(_ target: String, multipart parts: [FormPart]) async throws -> PlainAnswer {
        let headers: Headers = [
            "Content-Type": "multipart/form-data; boundary=\(FormPart.boundary)", "Sec-Fetch-Site": "same-origin",
        ]
        return try await send(
            PlainRequest("POST", target, headers: headers, body: FormPart.body(parts), peer: address))
    }

    /// Goes where a redirect leads.
    package func follow(_ answer: PlainAnswer) async throws -> PlainAnswer {
        guard let location = answer.headers["Location"] else { return answer }
        return try await get(location)
    }

    /// Sends any request with the browser's own headers, as far as it does not bring them.
    package func send(_ request: PlainRequest) async throws -> PlainAnswer {
        var request = request
        let (cookies, page) = state.withLock { $0 }
        if request.headers["Accept"] == nil {
            request.headers.add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        }
        request.headers.add("Accept-Language", language)
        if !cookies.isEmpty, request.headers["Cookie"] == nil {
            request.headers.add("Cookie", cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        }
        if let page { request.headers.add("Referer", site.origin.url + page) }
        let answer = try await site.answer(request)
        for header in answer.headers.all("Set-Cookie") { keep(header) }
        return answer
    }

    private func keep(_ header: String) {
        let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        state.withLock { $0.cookies[String(pair[0])] = header.contains("Max-Age=0") ? nil : String(pair[1]) }
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// One part of a multipart form.
package struct FormPart: Sendable {
    package static let boundary = "----entente-test"
    private let head: String
    private let content: [UInt8]

    package static func text(_ name: String, _ value: String) -> FormPart {
        FormPart(head: "name=\"\(name)\"", content: Array(value.utf8))
    }

    package static func file(_ name: String, fileName: String, type: String, _ content: [UInt8]) -> FormPart {
        FormPart(head: "name=\"\(name)\"; filename=\"\(fileName)\"\r\nContent-Type: \(type)", content: content)
    }

    package static func body(_ parts: [FormPart]) -> [UInt8] {
        let written = parts.flatMap { part in
            Array("--\(boundary)\r\nContent-Disposition: form-data; \(part.head)\r\n\r\n".utf8) + part.content
                + Array("\r\n".utf8)
        }
        return written + Array("--\(boundary)--\r\n".utf8)
    }
}
