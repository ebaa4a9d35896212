// SPDX-License-Identifier: Apache-2.0
import Exchange
import HTTPMessageSignatures
import Web

/// A request to another enterprise's node, or to one on this node.
package struct PeerRequest: Sendable {
    package var method: String
    package var url: String
    package var fields: [Field]
    /// Nil for a request without a body.
    package var body: [UInt8]?
    package var expected: Expected

    /// What the answer may be at the most.
    package enum Expected: Sendable {
        case document, attachment

        /// Bytes; nil for what the client takes of any answer.
        package var limit: Int? { self == .attachment ? Int(Limits.attachment) : nil }
        package var timeout: Duration? { self == .attachment ? .seconds(120) : nil }
    }

    package init(method: String, url: String, fields: [Field], body: [UInt8]?, expecting expected: Expected = .document)
    {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.expected = expected
    }

    /// What kind of body it is, without parameters such as a charset.
    var mediaType: String? {
        message[field: "content-type"].map { value in
            value.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
    }

    package var message: HTTPMessage { .request(method: method, targetURI: url, fields: fields) }
}

package struct PeerResponse: Sendable {
    package var status: Int
    package var fields: [Field]
    package var body: [UInt8]

    package init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package subscript(field name: String) -> String? {
        HTTPMessage.response(status: status, fields: fields)[field: name]
    }

    /// Seconds after which the peer wants to be asked again (RFC 9110, section 10.2.3): never more than an hour, since
    /// whoever answers at its address may write there what they like.
    var retryAfter: Int? { self[field: "retry-after"].flatMap { Int($0) }.map { min(max($0, 0), 3_600) } }
}

/// Carries bytes to other nodes.
package protocol PeerTransport: Sendable {
    func send(_ request: PeerRequest) async throws -> PeerResponse
}

extension OutboundClient: PeerTransport {
    package func send(_ request: PeerRequest) async throws -> PeerResponse {
        let headers = Headers(request.fields.map { ($0.name, $0.value) })
        let (limit, timeout) = (request.expected.limit, request.expected.timeout)
        let response =
            if let body = request.body {
                try await post(request.url, headers: headers, body: body, limit: limit, timeout: timeout)
            } else {
                try await get(request.url, headers: headers, limit: limit, timeout: timeout)
            }
        return PeerResponse(
            status: response.status, fields: response.headers.fields.map { Field($0.name, $0.value) },
            body: response.body)
    }
}
