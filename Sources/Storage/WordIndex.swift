// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Which texts have which words, in SQLite, so that a text can be forgotten at once and for good. FTS5 cannot do that: it
/// keeps the words of a deleted row until it happens to merge the segment that they are in.
///
/// Texts are numbered within their scope as they come. The newest are searched as they are. Each time a block of them is
/// full, its words are filed: a row for a word and block says which of the block's texts have the word. So adding writes
/// one row, filing writes beside each other, and forgetting a filed text takes it out of a row for each of its words.
/// A block of long texts is full before it has as many as it could: the numbers that are left in it are never given.
struct WordIndex: Sendable {
    private let table: SQL
    private let together: Int64

    private static let rowsAtOnce = 64
    /// How long the words of a block are together, about: some hundred thousand words, which whoever puts the last text
    /// waits for.
    private static let blockBytes = 700_000
    /// After how many texts that is looked at: to add it up reads them all. A text that is long by itself does not wait.
    private static let looksAfter: Int64 = 64

    struct Found: Sendable {
        let id: UUID
        /// Of all its words.
        let length: Int
    }

    init(_ table: SQL, together: Int) {
        precondition(together.nonzeroBitCount == 1 && together <= 65_536)
        self.table = table
        self.together = Int64(together)
    }

    /// `number` is `shelf × 2³² +` the number within the scope; `block` is the lowest number that could be in it.
    var createTables: [SQL] {
        [
            """
            CREATE TABLE \(table)_shelves (
                scope UUID NOT NULL PRIMARY KEY,
                shelf INTEGER NOT NULL UNIQUE,
                last INTEGER NOT NULL
            )
            """,
            """
            CREATE TABLE \(table)_texts (
                number INTEGER NOT NULL PRIMARY KEY,
                scope UUID NOT NULL,
                id UUID NOT NULL,
                words TEXT NOT NULL,
                UNIQUE (scope, id)
            )
            """,
            """
            CREATE TABLE \(table)_words (
                block INTEGER NOT NULL,
                word TEXT NOT NULL,
                texts BLOB NOT NULL,
                PRIMARY KEY (block, word)
            ) WITHOUT ROWID
            """,
        ]
    }

    /// - Parameter words: each once, in order, and at least one.
    func put(_ id: UUID, in scope: UUID, _ words: [String], _ tx: Transaction) throws {
        let kept = " \(words.joined(separator: " ")) "
        if let old = try text(id, in: scope, tx) {
            if old.words == kept { return }
            try forget(old, tx)
        }
        let number: Int64? = try tx.first(
            """
            INSERT INTO \(table)_shelves (scope, shelf, last)
            VALUES (\(scope), (SELECT COALESCE(MAX(shelf), 0) + 1 FROM \(table)_shelves), 1)
            ON CONFLICT (scope) DO UPDATE SET last = last + 1 RETURNING (shelf << 32) + last
            """
        ) { try $0.next() }
        guard let number else { throw StorageError.unexpectedValue(expected: "a number", found: "nothing") }
        try tx.run(
            "INSERT INTO \(table)_texts (number, scope, id, words) VALUES (\(number), \(scope), \(id), \(kept))")
        if place(of: number) == together - 1 {
            try file(block(of: number), tx)
        } else if try isLong(number, kept.utf8.count, tx) {
            // What comes next goes into the next block.
            try tx.run("UPDATE \(table)_shelves SET last = last | \(together - 1) WHERE scope = \(scope)")
            try file(block(of: number), tx)
        }
    }

    /// Whether the block that ends with this text for now is long enough to be filed.
    private func isLong(_ number: Int64, _ bytes: Int, _ tx: Transaction) throws -> Bool {
        let looks = place(of: number) % Self.looksAfter == Self.looksAfter - 1 || bytes > Self.blockBytes / Int(Self.looksAfter)
        guard looks else { return false }
        let sum: Int64? = try tx.first(
            """
            SELECT SUM(LENGTH(CAST(words AS BLOB))) FROM \(table)_texts
            WHERE number BETWEEN \(block(of: number)) AND \(number)
            """
        ) { try $0.next() }
        return sum.map { $0 > Int64(Self.blockBytes) } ?? false
    }

    func remove(_ id: UUID, in scope: UUID, _ tx: Transaction) throws {
        if let old = try text(id, in: scope, tx) { try forget(old, tx) }
    }

    /// The newest texts that have all these words, the last of them as a beginning; at most `most`.
    func newest(_ most: Int, in scope: UUID, with words: [String], _ tx: Transaction) throws -> [Found] {
        let shelf: (first: Int64, last: Int64)? = try tx.first(
            "SELECT shelf << 32, (shelf << 32) + last FROM \(table)_shelves WHERE scope = \(scope)"
        ) { (try $0.next(), try $0.next()) }
        guard let shelf, let beginning = words.last else { return [] }
        let unfiled = block(of: shelf.last + 1)
        var found = try unfiledTexts(from: unfiled, to: shelf.last, with: words, most, tx)
        var numbers: [Int64] = []
        for block in stride(from: unfiled - together, through: shelf.first, by: -Int(together)) {
            let missing = most - found.count - numbers.count
            guard missing > 0 else { break }
            numbers += try filed(in: block, words.dropLast(), beginning, tx).prefix(missing)
        }
        found += try texts(numbers, tx)
        return found
    }

    private func block(of number: Int64) -> Int64 { number - place(of: number) }
    private func place(of number: Int64) -> Int64 { number & (together - 1) }
}

extension WordIndex {
    private struct Text {
        let number: Int64
        let words: String
        let isFiled: Bool
    }

    private func text(_ id: UUID, in scope: UUID, _ tx: Transaction) throws -> Text? {
        try tx.first(
            """
            SELECT t.number, t.words, (s.shelf << 32) + s.last FROM \(table)_texts t
            JOIN \(table)_shelves s ON s.scope = t.scope WHERE t.scope = \(scope) AND t.id = \(id)
            """
        ) { row in
            let (number, words, last): (Int64, String, Int64) = try (row.next(), row.next(), row.next())
            return Text(number: number, words: words, isFiled: number < block(of: last + 1))
        }
    }

    private func forget(_ text: Text, _ tx: Transaction) throws {
        try tx.run("DELETE FROM \(table)_texts WHERE number = \(text.number)")
        guard text.isFiled else { return }
        let (block, place) = (self.block(of: text.number), self.place(of: text.number))
        let words = "[" + text.words.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ",") + "]"
        // As one value; a word has no character that JSON would write otherwise.
        let filed: [(String, [UInt8])] = try tx.all(
            """
            SELECT word, texts FROM \(table)_words
            WHERE block = \(block) AND word IN (SELECT value FROM json_each(\(words)))
            """
        ) { (try $0.next(), try $0.next()) }
        for (word, texts) in filed {
            let places = Places.read(texts).filter { $0 != place }
            if places.isEmpty {
                try tx.run("DELETE FROM \(table)_words WHERE block = \(block) AND word = \(word)")
            } else {
                try tx.run(
                    "UPDATE \(table)_words SET texts = \(Places.bytes(places)) WHERE block = \(block) AND word = \(word)")
            }
        }
    }

    /// Files a block that is full.
    private func file(_ block: Int64, _ tx: Transaction) throws {
        var places: [Substring: [UInt16]] = [:]
        let texts: [(Int64, String)] = try tx.all(
            """
            SELECT number, words FROM \(table)_texts WHERE number BETWEEN \(block) AND \(block + together - 1)
            ORDER BY number
            """
        ) { (try $0.next(), try $0.next()) }
        for (number, words) in texts {
            for word in words.split(separator: " ") { places[word, default: []].append(UInt16(place(of: number))) }
        }
        // In their order as bytes, as the table has them; many at once, since a statement costs more than its row.
        let words = places.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for start in stride(from: 0, to: words.count, by: Self.rowsAtOnce) {
            let rows = words[start..<min(start + Self.rowsAtOnce, words.count)].map { word, places -> SQL in
                "(\(block), \(String(word)), \(Places.bytes(places)))"
            }
            try tx.run("INSERT INTO \(table)_words (block, word, texts) VALUES \(rows.joined(separator: ", "))")
        }
    }
}

extension WordIndex {
    private func unfiledTexts(
        from first: Int64, to last: Int64, with words: [String], _ most: Int, _ tx: Transaction
    ) throws -> [Found] {
        let parts = words.dropLast().map { " \($0) " } + words.suffix(1).map { " \($0)" }
        let conditions = parts.map { part -> SQL in "AND INSTR(words, \(part)) > 0" }.joined(separator: " ")
        return try tx.all(
            """
            SELECT id, LENGTH(words) FROM \(table)_texts WHERE number BETWEEN \(first) AND \(last) \(conditions)
            ORDER BY number DESC LIMIT \(most)
            """
        ) { Found(id: try $0.next(), length: try $0.next()) }
    }

    /// The numbers of a block's texts that have all these words, the newest first.
    private func filed(in block: Int64, _ words: ArraySlice<String>, _ beginning: String, _ tx: Transaction) throws -> [Int64] {
        var candidates: Set<UInt16>?
        for word in words {
            let places = try places(of: word, in: block, tx)
            candidates = candidates?.intersection(places) ?? Set(places)
            if candidates?.isEmpty == true { return [] }
        }
        // No word has a letter after the last that Unicode has.
        let texts: [[UInt8]] = try tx.all(
            """
            SELECT texts FROM \(table)_words
            WHERE block = \(block) AND word >= \(beginning) AND word < \(beginning + "\u{10FFFF}")
            """
        ) { try $0.next() }
        let ends = texts.reduce(into: Set<UInt16>()) { $0.formUnion(Places.read($1)) }
        return (candidates?.intersection(ends) ?? ends).sorted(by: >).map { block + Int64($0) }
    }

    private func places(of word: String, in block: Int64, _ tx: Transaction) throws -> [UInt16] {
        let bytes: [UInt8]? = try tx.first(
            "SELECT texts FROM \(table)_words WHERE block = \(block) AND word = \(word)"
        ) { try $0.next() }
        return bytes.map(Places.read) ?? []
    }

    /// These texts. As one value, so that the statement is the same however many there are.
    private func texts(_ numbers: [Int64], _ tx: Transaction) throws -> [Found] {
        guard !numbers.isEmpty else { return [] }
        let list = "[\(numbers.map { "\($0)" }.joined(separator: ","))]"
        return try tx.all(
            """
            SELECT id, LENGTH(words) FROM \(table)_texts
            WHERE number IN (SELECT value FROM json_each(\(list))) ORDER BY number DESC
            """
        ) { Found(id: try $0.next(), length: try $0.next()) }
    }
}

/// Places in a block as bytes: two each, the lower first.
private enum Places {
    static func bytes(_ places: [UInt16]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * places.count)
        for place in places {
            bytes.append(UInt8(place & 0xFF))
            bytes.append(UInt8(place >> 8))
        }
        return bytes
    }

    static func read(_ bytes: [UInt8]) -> [UInt16] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    }
}
