// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Full-text search over one kind of entity, scoped (by enterprise, as a rule): a `WordIndex` in SQLite, a `tsvector` with
/// a GIN index in PostgreSQL. Both find the same: every word of the query, the last as a prefix, without regard to case
/// or diacritics. What is replaced or removed is gone from the index in the same transaction.
package struct FullText<Entity>: Sendable {
    private let table: SQL
    private let index: WordIndex

    package struct Match: Sendable, Hashable {
        package let id: ID<Entity>
        /// Higher is better; comparable within one result only.
        package let rank: Double
    }

    /// - Parameter together: how many texts SQLite files at once; a power of two, at most 65,536, and for good: the
    ///   numbers of those that are filed depend on it.
    package init(_ table: StaticString, together: Int = 2_048) {
        self.table = SQL(stringLiteral: table)
        index = WordIndex(self.table, together: together)
    }

    /// For a `Migration`.
    package var createTable: [SQL] {
        index.createTables.map { .perEngine(sqlite: $0, postgres: "") } + [
            .perEngine(
                sqlite: "",
                postgres: """
                    CREATE TABLE \(table) (
                        scope UUID NOT NULL,
                        id UUID NOT NULL,
                        document TSVECTOR NOT NULL,
                        PRIMARY KEY (scope, id)
                    )
                    """),
            .perEngine(
                sqlite: "", postgres: "CREATE INDEX \(table)_document ON \(table) USING GIN (document)"),
        ]
    }

    /// Indexes `text` as all that is to be found of `id`, in place of what was indexed before; a text without a word is
    /// not kept at all.
    package func put<Scope>(
        _ id: ID<Entity>, in scope: ID<Scope>, text: String, _ transaction: Transaction
    ) throws {
        let words = SearchWords(text)
        if words.isEmpty { return try remove(id, in: scope, transaction) }
        switch transaction.engine {
        case .postgres:
            try transaction.runLater(
                """
                INSERT INTO \(table) (scope, id, document) VALUES (\(scope), \(id), CAST(\(words.vector) AS TSVECTOR))
                ON CONFLICT (scope, id) DO UPDATE SET document = excluded.document
                """)
        case .sqlite: try index.put(id.uuid, in: scope.uuid, words.different, transaction)
        }
    }

    package func remove<Scope>(_ id: ID<Entity>, in scope: ID<Scope>, _ transaction: Transaction) throws {
        switch transaction.engine {
        case .postgres: try transaction.runLater("DELETE FROM \(table) WHERE scope = \(scope) AND id = \(id)")
        case .sqlite: try index.remove(id.uuid, in: scope.uuid, transaction)
        }
    }

    /// The best matches, at most `limit`. A query without a letter or digit matches nothing; words after the sixteenth
    /// are not regarded, since the cost of a query grows with their number. Where more than `most` match, SQLite
    /// ranks the newest of them and PostgreSQL any, so that a frequent word stays fast. In SQLite the text with fewer
    /// different words is the better match.
    package func match<Scope>(
        _ query: String, in scope: ID<Scope>, limit: Int, most: Int = 100, _ transaction: Transaction
    ) throws -> [Match] {
        let words = SearchWords(query, limit: 16)
        if words.isEmpty { return [] }
        switch transaction.engine {
        case .postgres:
            return try transaction.all(
                """
                SELECT id, CAST(ts_rank(document, query) AS DOUBLE PRECISION) AS score FROM (
                    SELECT id, document, query FROM \(table), CAST(\(words.tsQuery) AS TSQUERY) AS query
                    WHERE scope = \(scope) AND document @@ query LIMIT \(most)
                ) AS found
                ORDER BY score DESC, id DESC LIMIT \(limit)
                """
            ) { Match(id: try $0.next(), rank: try $0.next()) }
        case .sqlite:
            let found = try index.newest(most, in: scope.uuid, with: words.all, transaction)
                .map { Match(id: ID($0.id), rank: 1000 / Double(20 + $0.length)) }
            return Array(found.sorted { ($0.rank, $0.id) > ($1.rank, $1.id) }.prefix(limit))
        }
    }
}

/// The words of a text: folded letters and digits, so that neither engine's own parser has anything to decide and no
/// input reaches its query syntax.
private struct SearchWords {
    private let words: [Substring]

    /// PostgreSQL bounds a document at 1 MB and a word at 2 kB.
    private static let maximumBytes = 400_000
    private static let maximumLetters = 64

    init(_ text: String, limit: Int = .max) {
        let all = text.utf8.allSatisfy { $0 < 128 } ? Self.plainWords(text) : Self.words(text)
        var bytes = 0
        words = Array(
            all.prefix(limit).prefix {
                bytes += $0.utf8.count + 10
                return bytes < Self.maximumBytes
            })
    }

    private static func words(_ text: String) -> [Substring] {
        text.folded.unicodeScalars
            .split { !($0.properties.isAlphabetic || $0.properties.numericType != nil) }
            .map { Substring($0.prefix(maximumLetters)) }
    }

    /// The words of a text in ASCII, which needs none of Unicode's tables.
    private static func plainWords(_ text: String) -> [Substring] {
        let (letters, digits) = (UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
        return text.lowercased().utf8
            .split { !(letters.contains($0) || digits.contains($0)) }
            .map { Substring($0.prefix(maximumLetters)) }
    }

    var isEmpty: Bool { words.isEmpty }
    var all: [String] { words.map(String.init) }
    /// Each once, in their order as bytes.
    var different: [String] { Set(all).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
    var vector: String { words.enumerated().map { "'\($1)':\($0 + 1)" }.joined(separator: " ") }
    var tsQuery: String { words.map { "'\($0)'" }.joined(separator: " & ") + ":*" }
}
