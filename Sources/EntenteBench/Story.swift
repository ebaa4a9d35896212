// SPDX-License-Identifier: Apache-2.0

/// Names and sentences for the loaded database: the same at every run, with frequent and rare words as in real text.
struct Story {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func number(below limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// A word; the one of rank n about n times rarer than the first.
    mutating func word() -> String {
        let share = Double(next() >> 11) / Double(1 << 53)
        return Self.words[min(Int(Self.exponential(share)), Self.words.count - 1)]
    }

    /// A word that is neither among the most frequent nor among the rarest.
    mutating func searchedWord() -> String { Self.words[30 + number(below: 1500)] }

    mutating func sentence(words count: Int) -> String {
        let text = (0..<count).map { _ in word() }.joined(separator: " ")
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    mutating func name() -> String { "\(pick(Self.firstNames)) \(pick(Self.lastNames))" }

    static let firstNames = make(120, from: 11).map(\.capitalized)
    static let lastNames = make(2500, from: 13).map(\.capitalized)
    static let places = ["Ghent", "Antwerp", "Utrecht", "Leuven", "Bruges", "Breda", "Liège", "Namur", "Delft", "Zwolle"]
    static let products = ["City 3", "City 5", "Cargo 7", "Trail 9", "Fold 2", "Tour 6"]

    /// What customers of a bike maker write about, and made-up words after it.
    private static let words: [String] =
        """
        the bike battery is not charging after rain my display shows an error when I ride uphill and motor stops \
        please can you tell me whether this warranty covers a new charger light brake lever chain belt sensor wheel \
        frame saddle spare part dealer order delivery invoice ferry transport certificate firmware update key lock app \
        range cold winter noise vibration cable connector screen assist speed limit torque service appointment
        """.split(separator: " ").map { $0.lowercased() } + make(6000, from: 17)

    private static func exponential(_ share: Double) -> Double {
        var (result, base, bits) = (1.0, Double(words.count), 0.5)
        // words.count to the power of share, by square roots: there is no pow without Foundation.
        var rest = share
        for _ in 0..<24 {
            base = base.squareRoot()
            if rest >= bits {
                result *= base
                rest -= bits
            }
            bits /= 2
        }
        return result
    }

    /// Different pronounceable words.
    private static func make(_ count: Int, from seed: Int) -> [String] {
        let syllables = ["ba", "do", "ki", "lu", "me", "nor", "pel", "ras", "sit", "tan", "ver", "wol", "zan", "fri", "gos", "hul"]
        var story = Story(seed: seed)
        var made: Set<String> = []
        var words: [String] = []
        while words.count < count {
            let word = (0..<(2 + story.number(below: 3))).map { _ in story.pick(syllables) }.joined()
            if made.insert(word).inserted { words.append(word) }
        }
        return words
    }
}
