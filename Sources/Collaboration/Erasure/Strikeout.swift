// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Strikes out who a customer is in texts that others wrote: their name, each of its words, and the ways to reach them.
package struct Strikeout: Sendable {
    package static let mark = "[…]"

    private let pattern: NSRegularExpression?

    package init(name: String, points: [ContactPoint]) {
        // The longest first: a whole name before its parts.
        let words = name.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "'" && $0 != "’" }.map(String.init)
            // "van" and "der" tell of nobody, and much else is written with them.
            .filter { $0.count > 3 || $0.first?.isLowercase != true }
        let parts = [name.trimmingCharacters(in: .whitespaces)] + points.flatMap { [$0.value, $0.normalised] } + words
        let telling = Set(parts.filter { $0.count >= 3 }).sorted { ($0.count, $0) > ($1.count, $1) }
        guard !telling.isEmpty else {
            pattern = nil
            return
        }
        let choices = "(?:" + telling.map(NSRegularExpression.escapedPattern(for:)).joined(separator: "|") + ")"
        do {
            pattern = try NSRegularExpression(
                pattern: "(?<![\\p{L}\\p{N}])\(choices)(?:\\s+\(choices))*(?![\\p{L}\\p{N}])", options: .caseInsensitive)
        } catch {
            // Every choice is escaped, so that the pattern is always one.
            preconditionFailure("not a pattern: \(choices)")
        }
    }

    package static let nothing = Strikeout(name: "", points: [])

    package func callAsFunction(_ text: String) -> String {
        guard let pattern, !text.isEmpty else { return text }
        return pattern.stringByReplacingMatches(
            in: text, range: NSRange(text.startIndex..., in: text),
            withTemplate: NSRegularExpression.escapedTemplate(for: Self.mark))
    }
}
