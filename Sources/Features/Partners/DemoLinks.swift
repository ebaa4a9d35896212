// SPDX-License-Identifier: Apache-2.0
import Office

/// The companies of the demonstration link their systems.
enum DemoLinks {
    static let scene = DemoScene(.links) { stage in
        try await link("velora", with: "spoke", as: "partner", on: stage)
        try await link("velora", with: "dekker", as: "partner", on: stage)
        try await link("velora", with: "kraft", as: "supplier", on: stage)
    }

    private struct Invited: Decodable { let url: String }

    private struct Listed: Decodable {
        struct Entry: Decodable {
            let id: String
            let state: String
        }
        let links: [Entry]
    }

    private static func link(_ inviter: String, with accepter: String, as role: String, on stage: any DemoStage) async throws {
        let invited = try await stage.post(inviter, "/invitations", ["label": accepter, "role": role], giving: Invited.self)
        try await stage.post(accepter, "/links", ["url": invited.url])
        for entry in try await stage.get(inviter, "/links", as: Listed.self).links where entry.state == "pending" {
            try await stage.post(inviter, "/links/\(entry.id)/confirmation")
        }
    }
}
