// SPDX-License-Identifier: Apache-2.0
import Office

/// A colleague asks another for help, so that there is something to be told.
enum DemoMention {
    static let scene = DemoScene(.work) { stage in
        let (tom, velora) = ("tom@velora.example", "velora")
        let people = try await stage.get(velora, "/members", as: [Person].self)
        let listed = try await stage.get(velora, "/cases", as: Listed.self)
        guard let number = listed.cases.first?.number, let ines = people.first(where: { $0.name == "Inès Martin" }) else { return }
        try await stage.post(velora, "/cases/\(number)/watching", ["watch": "true"], as: tom)
        try await stage.post(
            velora, "/cases/\(number)/messages", ["text": "@Inès, the invoice says blue. Did the paint shop mix them up?"], as: tom)
        try await stage.post(velora, "/cases/\(number)/triage", ["owner": ines.id, "priority": "high", "tags": "paint"], as: tom)
    }

    private struct Listed: Decodable {
        struct Line: Decodable { let number: String }
        let cases: [Line]
    }

    private struct Person: Decodable {
        let id: String
        let name: String
    }
}
