// SPDX-License-Identifier: Apache-2.0
import Foundation
import Web

/// A program that uses the API: JSON in, JSON out, a bearer token if it has one.
package struct APIClient: Sendable {
    package let site: Site
    package var token: String?
    private let address: String

    package init(_ site: Site, token: String? = nil, address: String = "192.0.2.2") {
        self.site = site
        self.token = token
        self.address = address
    }

    package func get(_ target: String) async throws -> PlainAnswer { try await send("GET", target) }

    package func get<Output: Decodable>(_ target: String, as type: Output.Type) async throws -> Output {
        try JSONDecoder().decode(type, from: Data(try await get(target).body))
    }

    /// Sends an object whose members are the action's fields.
    package func post(_ target: String, _ fields: some Encodable & Sendable) async throws -> PlainAnswer {
        try await send("POST", target, body: Array(try JSONEncoder().encode(fields)))
    }

    package func post(_ target: String) async throws -> PlainAnswer { try await send("POST", target) }

    package func send(_ method: String, _ target: String, body: [UInt8] = []) async throws -> PlainAnswer {
        var headers: Headers = ["Accept": "application/json"]
        if !body.isEmpty { headers.add("Content-Type", "application/json") }
        if let token { headers.add("Authorization", "Bearer \(token)") }
        return try await site.answer(PlainRequest(method, target, headers: headers, body: body, peer: address))
    }
}

extension PlainAnswer {
    package func json<Output: Decodable>(as type: Output.Type) throws -> Output {
        try JSONDecoder().decode(type, from: Data(body))
    }

    /// The problem details (RFC 9457) in this answer.
    package var problem: ReceivedProblem { get throws { try json(as: ReceivedProblem.self) } }
}

package struct ReceivedProblem: Decodable, Sendable {
    package struct Member: Decodable, Sendable {
        package let field: String
        package let message: String
    }

    package let type: String
    package let title: String
    package let status: Int
    package let detail: String
    package let errors: [Member]
}
