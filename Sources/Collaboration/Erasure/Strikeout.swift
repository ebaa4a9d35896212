// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Strikes out who a customer is in texts that others wrote: their name, the ways to reach them and, of a person, each
/// word of the name where it is written as one. What is struck cannot be brought back, so other words must stay.
package struct Strikeout: Sendable {
    package static let mark = "[…]"

    private let pattern: NSRegularExpression?

    package init(name: String, _ kind: Customer.Kind = .person, points: [ContactPoint]) {
        let whole = ([name] + points.flatMap { [$0.value, $0.normalised] }).map(\.parts)
            .filter { $0.contains { $0.contains { $0.isLetter || $0.isNumber } } }
        // The longest first: a whole name before its parts.
        let choices = whole.sorted { $0.joined().count > $1.joined().count }.map(Self.pattern)
            + (kind == .person ? Self.patterns(ofWords: name.telling) : [])
        guard !choices.isEmpty else {
            pattern = nil
            return
        }
        let any = "(?:" + choices.joined(separator: "|") + ")"
        do {
            pattern = try NSRegularExpression(pattern: "\(any)(?:\\s+\(any))*")
        } catch {
            // Every part is escaped, so that the pattern is always one.
            preconditionFailure("not a pattern: \(any)")
        }
    }

    package static let nothing = Strikeout(name: "", points: [])

    package func callAsFunction(_ text: String) -> String {
        guard let pattern, !text.isEmpty else { return text }
        return pattern.stringByReplacingMatches(
            in: text, range: NSRange(text.startIndex..., in: text),
            withTemplate: NSRegularExpression.escapedTemplate(for: Self.mark))
    }

    /// As a whole, in whatever case; a name of one letter only as it is written.
    private static func pattern(_ parts: [String]) -> String {
        let text = parts.map(NSRegularExpression.escapedPattern(for:)).joined(separator: "\\s+")
        let any = parts.joined().count > 1 ? "(?i:\(text))" : text
        return parts.joined().startsApart + any + parts.joined().endsApart
    }

    /// Several of them in a row in whatever case, one alone where it stands as a name: "Mark", "MARK", not "mark".
    private static func patterns(ofWords words: [String]) -> [String] {
        let each = words.map { $0.startsApart + "(?i:\(NSRegularExpression.escapedPattern(for: $0)))" + $0.endsApart }
        guard !each.isEmpty else { return [] }
        let any = "(?:" + each.joined(separator: "|") + ")"
        let between = "(?:\\s+(?i:" + particles.sorted().joined(separator: "|") + "))*\\s+"
        return ["\(any)(?:\(between)\(any))+", "(?!\\p{Ll})\(any)"]
    }

    /// Parts of names that tell of nobody, and that much else begins with.
    static let particles: Set<String> = [
        "and", "aux", "bin", "das", "dei", "del", "della", "den", "der", "des", "die", "dos", "een", "frau", "heer", "herr",
        "het", "ibn", "las", "les", "los", "madame", "meneer", "mevrouw", "mijnheer", "miss", "monsieur", "mrs", "oude",
        "the", "ten", "ter", "und", "uit", "van", "vande", "vanden", "vander", "von", "vom", "zum", "zur",
    ]
}

extension String {
    fileprivate var parts: [String] { split(whereSeparator: \.isWhitespace).map(String.init) }

    /// The words of a name that may stand for it; the longest first.
    fileprivate var telling: [String] {
        let words = split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "'" && $0 != "’" }.map(String.init)
        return Set(words).filter { word in
            let isUnspaced = word.startsApart.isEmpty
            return word.count >= (isUnspaced ? 2 : 3) && word.contains(where: \.isLetter)
                && !Strikeout.particles.contains(word.lowercased())
        }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// No part of a longer word; but where words are written without spaces between them, that cannot be seen.
    fileprivate var startsApart: String { first?.isWrittenWithoutSpaces == true ? "" : "(?<![\\p{L}\\p{N}])" }
    fileprivate var endsApart: String { last?.isWrittenWithoutSpaces == true ? "" : "(?![\\p{L}\\p{N}])" }
}

extension Character {
    /// Chinese, Japanese, Korean (whose particles follow a name at once), Thai, Lao, Khmer and Burmese.
    fileprivate var isWrittenWithoutSpaces: Bool {
        switch unicodeScalars.first?.value ?? 0 {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF,
            0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
