// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Strikes out who a customer is in texts that others wrote: their name, the ways to reach them and, of a person, each
/// word of the name where it is written as one. What is struck cannot be brought back, so other words must stay.
package struct Strikeout: Sendable {
    package static let mark = "[…]"

    private let pattern: NSRegularExpression?
    /// What the pattern looks for, the longest first, for when it cannot be used.
    private let plain: [String]
    /// The words of a person's names, in lower case.
    private let words: Set<String>

    /// - Parameter formerly: other names of the same customer, which texts may still have.
    package init(name: String, _ kind: Customer.Kind = .person, formerly: [String] = [], points: [ContactPoint]) {
        let names = ([name] + formerly).map(\.precomposedStringWithCanonicalMapping)
        let reached = points.flatMap { [$0.value, $0.normalised].map(\.precomposedStringWithCanonicalMapping) }
        let known = Set(names + reached).sorted().map(\.parts)
            .filter { $0.contains { $0.contains { $0.isLetter || $0.isNumber } } }
        // The longest first: a whole name before its parts.
        let whole = known.sorted { $0.joined().count > $1.joined().count }
        let words: [String] = kind == .person ? Set(names.flatMap(\.telling)).sorted { ($0.count, $0) > ($1.count, $1) } : []
        let choices = whole.map(Self.pattern) + Self.patterns(ofWords: words)
        self.words = Set(words.map { $0.lowercased() })
        plain = (whole.map { $0.joined(separator: " ") } + words).filter { $0.count > 1 }
        guard !choices.isEmpty else {
            pattern = nil
            return
        }
        let any = "(?:" + choices.joined(separator: "|") + ")"
        // Every part is escaped, so that it is always a pattern; but there may be too many for one.
        pattern = try? NSRegularExpression(pattern: "\(any)(?:\\s+\(any))*")
    }

    package static let nothing = Strikeout(name: "", points: [])

    package func callAsFunction(_ text: String) -> String {
        guard !text.isEmpty, pattern != nil || !plain.isEmpty else { return text }
        // Some write an accented letter as two characters (NFD), and the pattern has it as one.
        let text = text.precomposedStringWithCanonicalMapping
        guard let ranges = pattern?.ranges(in: text) else { return strikePlainly(text) }
        // In UTF-16, as the matcher counts: a name may end within what is one character, before an accent of its own.
        var (struck, end, offset) = ("", text.startIndex, 0)
        for range in ranges {
            let start = text.utf16.index(end, offsetBy: range.location - offset)
            struck.append(contentsOf: text[end..<start])
            struck.append(Self.mark)
            end = text.utf16.index(start, offsetBy: range.length)
            offset = range.location + range.length
        }
        struck.append(contentsOf: text[end...])
        return struck
    }

    /// A few words without what names the customer; a label that names them in whatever case goes as a whole.
    package func label(_ text: String) -> String { isIn(label: text) && self(text) == text ? Self.mark : self(text) }

    /// Whether a label, which may be written in lower case throughout, has the name or a word of it.
    func isIn(label: String) -> Bool {
        let parts = label.precomposedStringWithCanonicalMapping.lowercased().split { !$0.isLetter && !$0.isNumber }
        return self(label) != label || !words.isDisjoint(with: parts.map(String.init))
    }

    /// Where the pattern fails, rather too much goes than too little: each word of the name, however it is written.
    private func strikePlainly(_ text: String) -> String {
        plain.reduce(text) { $0.replacingOccurrences(of: $1, with: Self.mark, options: .caseInsensitive) }
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

extension NSRegularExpression {
    /// Where it matches; `nil` if the matcher gave up, as it does without a word on a text that takes too much of its
    /// stack.
    fileprivate func ranges(in text: String) -> [NSRange]? {
        var (ranges, hasFailed) = ([NSRange](), false)
        enumerateMatches(in: text, options: .reportCompletion, range: NSRange(text.startIndex..., in: text)) { match, flags, _ in
            if flags.contains(.internalError) { hasFailed = true }
            if let match { ranges.append(match.range) }
        }
        return hasFailed ? nil : ranges
    }
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
