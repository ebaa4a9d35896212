// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Office
import Web

/// Plays what features bring to the demonstration, all through the API, as anybody could.
struct DemoStory: DemoStage {
    /// An administrator's by the company's short name, and everybody's by their e-mail address.
    let tokens: [String: String]
    private let client = OutboundClient(.thisMachine)

    init(tokens: [String: String]) { self.tokens = tokens }

    func tell() async throws {
        let scenes = Features.all.flatMap { $0.scenes }
        for act in DemoScene.Act.allCases {
            for scene in scenes where scene.act == act { try await scene.play(self) }
        }
        try await client.close()
    }

    func call(
        _ company: String, _ method: String, _ path: String, _ fields: [String: String], as person: String?
    ) async throws -> [UInt8] {
        let origin = DemoNode.all.first { $0.companies.contains { $0.slug == company } }?.origin ?? ""
        let url = "\(origin)/\(company)\(path)"
        let headers: Headers = [
            "Accept": "application/json", "Content-Type": "application/json",
            "Authorization": "Bearer \(tokens[person ?? company] ?? "")",
        ]
        let response =
            if method == "GET" {
                try await client.get(url, headers: headers)
            } else {
                try await client.post(url, headers: headers, body: Array(JSONEncoder().encode(fields)))
            }
        guard (200..<300).contains(response.status) else {
            throw BadConfiguration(
                description: "The demonstration could not be set up: \(url) answered \(response.status): \(String(decoding: response.body, as: UTF8.self))")
        }
        return response.body
    }
}
