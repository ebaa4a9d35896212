// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A part of the demonstration's story. It happens through the API, as anybody could do it; who plays, and where, is the stage's.
package struct DemoScene: Sendable {
    /// When in the story, the smallest first.
    package enum Act: Int, Sendable, CaseIterable {
        /// The companies get to know each other.
        case links
        /// Customers come.
        case customers
        /// People work on what has come.
        case work
    }

    package let act: Act
    package let play: @Sendable (any DemoStage) async throws -> Void

    package init(_ act: Act, _ play: @escaping @Sendable (any DemoStage) async throws -> Void) {
        self.act = act
        self.play = play
    }
}

/// Where the demonstration plays: the companies Velora, Spoke, Dekker and Kraft, with the people who work there.
package protocol DemoStage: Sendable {
    /// Does something at a company, by its short name, as its administrator.
    /// - Parameters:
    ///   - path: below the company's address: `/cases`.
    ///   - person: who does it, by their e-mail address; `nil` for the administrator.
    /// - Returns: the answer's JSON.
    func call(
        _ company: String, _ method: String, _ path: String, _ fields: [String: String], as person: String?
    ) async throws -> [UInt8]
}

extension DemoStage {
    package func post(_ company: String, _ path: String, _ fields: [String: String] = [:], as person: String? = nil) async throws {
        _ = try await call(company, "POST", path, fields, as: person)
    }

    package func post<Answer: Decodable>(
        _ company: String, _ path: String, _ fields: [String: String], giving _: Answer.Type
    ) async throws -> Answer {
        try Self.read(await call(company, "POST", path, fields, as: nil))
    }

    package func get<Answer: Decodable>(_ company: String, _ path: String, as _: Answer.Type) async throws -> Answer {
        try Self.read(await call(company, "GET", path, [:], as: nil))
    }

    private static func read<Answer: Decodable>(_ bytes: [UInt8]) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(bytes))
    }
}
