// SPDX-License-Identifier: Apache-2.0
import Foundation

/// English text to its translation, per language. English is its own translation.
package struct Translations: Sendable {
    static let none = Translations()

    private var texts: [String: [String: String]] = [:]

    /// Every language there is a file for, and English.
    package var languages: [String] { ["en"] + texts.keys.sorted() }

    /// The translation, or the English text where there is none.
    package func text(_ message: Phrase, in language: String) -> String {
        let text = texts[language]?[message.key] ?? message.key
        return message.arguments.isEmpty ? text : fill(text, with: message.arguments, in: language)
    }

    /// Puts the arguments in the places `{0}` to `{9}`, in one pass: what an argument holds is never taken for a place.
    private func fill(_ text: String, with arguments: [Phrase.Argument], in language: String) -> String {
        var filled = ""
        var rest = Substring(text).utf8
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            let place = rest[open...].prefix(3)
            filled += Substring(rest[..<open])
            guard place.count == 3, place.last == UInt8(ascii: "}"), let digit = place.dropFirst().first,
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit),
                case let number = Int(digit - UInt8(ascii: "0")), arguments.indices.contains(number)
            else {
                filled += "{"
                rest = rest[open...].dropFirst()
                continue
            }
            switch arguments[number] {
            case .text(let text): filled += text
            case .message(let message): filled += self.text(message, in: language)
            }
            rest = rest[place.endIndex...]
        }
        return filled + Substring(rest)
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
