// SPDX-License-Identifier: Apache-2.0
import Foundation

/// English text to its translation, per language. English is its own translation.
package struct Translations: Sendable {
    static let none = Translations()

    private var texts: [String: [String: String]] = [:]

    /// Every language there is a file for, and English.
    package var languages: [String] { ["en"] + texts.keys.sorted() }

    /// The translation, or the English text where there is none.
    package func text(_ message: Message, in language: String) -> String {
        let text = texts[language]?[message.key] ?? message.key
        guard !message.arguments.isEmpty else { return text }
        // One pass: what an argument holds is never taken for a place.
        return text.replacing(/\{(\d)\}/) { match in
            guard let index = Int(match.1), message.arguments.indices.contains(index) else { return String(match.0) }
            return switch message.arguments[index] {
            case .text(let text): text
            case .message(let message): self.text(message, in: language)
            }
        }
    }

    func translation(of english: String, in language: String) -> String? {
        language == "en" ? english : texts[language]?[english]
    }

    /// Adds `{"English text": "Vertaling"}` for a language; what another file gave already is kept.
    mutating func add(_ file: Data, language: String) throws {
        let pairs = try JSONDecoder().decode([String: String].self, from: file)
        texts[language, default: [:]].merge(pairs) { first, _ in first }
    }
}
