// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore

/// A request as text and bytes, for tests that go through the front door without a socket.
package struct PlainRequest: Sendable {
    package var method: String
    package var target: String
    package var headers: Headers
    package var body: [UInt8]
    package var peer: String

    package init(
        _ method: String, _ target: String, headers: Headers = [:], body: [UInt8] = [], peer: String = "192.0.2.1"
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

package struct PlainAnswer: Sendable {
    package let status: Int
    package let headers: Headers
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
}

extension Site {
    /// Answers a request as if it had come over a connection. A stream is collected until the task is cancelled.
    package func answer(_ request: PlainRequest) async throws -> PlainAnswer {
        var fields = HTTPFields()
        for (name, value) in request.headers.fields {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        guard let method = HTTPRequest.Method(request.method) else { throw MalformedRequest("The method is no token.") }
        if !request.body.isEmpty, fields[.contentLength] == nil { fields[.contentLength] = String(request.body.count) }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: configuration.origin.authority, path: request.target,
            headerFields: fields)
        let incoming = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: request.body)))
        let answer = await respond(to: incoming, peer: request.peer, channel: nil)
        let response = Sending(patience: configuration.idleTimeout, channel: nil).response(answer, to: method)
        let collector = Collector()
        try await response.body.write(collector)
        return PlainAnswer(
            status: answer.status, headers: Headers(response.headers.map { ($0.name.rawName, $0.value) }),
            body: collector.bytes)
    }
}

private final class Collector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
