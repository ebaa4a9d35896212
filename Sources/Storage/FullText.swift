// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Full-text search over one kind of entity, scoped (by enterprise, as a rule): FTS5 in SQLite, a `tsvector` with a
/// GIN index in PostgreSQL. Both find the same: every word of the query, the last as a prefix, without regard to case
/// or diacritics.
package struct FullText<Entity>: Sendable {
    private let table: SQL

    package struct Match: Sendable, Hashable {
        package let id: ID<Entity>
        /// Higher is better; comparable within one result only.
        package let rank: Double
    }

    package init(_ table: StaticString) { self.table = SQL(stringLiteral: table) }

    /// For a `Migration`.
    package var createTable: [SQL] {
        [
            .perEngine(
                sqlite: """
                    CREATE TABLE \(table)_rows (
                        number INTEGER NOT NULL PRIMARY KEY,
                        scope UUID NOT NULL,
                        id UUID NOT NULL,
                        UNIQUE (scope, id)
                    )
                    """,
                postgres: """
                    CREATE TABLE \(table) (
                        scope UUID NOT NULL,
                        id UUID NOT NULL,
                        document TSVECTOR NOT NULL,
                        PRIMARY KEY (scope, id)
                    )
                    """),
            .perEngine(
                sqlite: "CREATE VIRTUAL TABLE \(table) USING fts5 (body, prefix = '2 3')",
                postgres: "CREATE INDEX \(table)_document ON \(table) USING GIN (document)"),
        ]
    }

    /// Indexes `text` as all that is to be found of `id`, in place of what was indexed before.
    package func put<Scope>(
        _ id: ID<Entity>, in scope: ID<Scope>, text: String, _ transaction: Transaction
    ) throws {
        let words = SearchWords(text)
        switch transaction.engine {
        case .postgres:
            try transaction.run(
                """
                INSERT INTO \(table) (scope, id, document) VALUES (\(scope), \(id), CAST(\(words.vector) AS TSVECTOR))
                ON CONFLICT (scope, id) DO UPDATE SET document = excluded.document
                """)
        case .sqlite:
            let number = try transaction.first(
                """
                INSERT INTO \(table)_rows (scope, id) VALUES (\(scope), \(id))
                ON CONFLICT (scope, id) DO UPDATE SET id = excluded.id RETURNING number
                """
            ) { try $0.next() as Int }
            try transaction.run(
                "REPLACE INTO \(table) (rowid, body) VALUES (\(number), \(words.body))")
        }
    }

    package func remove<Scope>(_ id: ID<Entity>, in scope: ID<Scope>, _ transaction: Transaction) throws {
        switch transaction.engine {
        case .postgres: try transaction.run("DELETE FROM \(table) WHERE scope = \(scope) AND id = \(id)")
        case .sqlite:
            let number = try transaction.first(
                "DELETE FROM \(table)_rows WHERE scope = \(scope) AND id = \(id) RETURNING number"
            ) { try $0.next() as Int }
            if let number { try transaction.run("DELETE FROM \(table) WHERE rowid = \(number)") }
        }
    }

    /// The best matches, at most `limit`. A query without a letter or digit matches nothing; words after the sixteenth
    /// are not regarded, since the cost of a query grows with the square of their number. Where more than a hundred
    /// match, SQLite ranks the newest of them and PostgreSQL any, so that a frequent word stays fast. In SQLite the shorter
    /// text that has all the words is the better match: its own measure (bm25) reads every row of every word first.
    package func match<Scope>(
        _ query: String, in scope: ID<Scope>, limit: Int, _ transaction: Transaction
    ) throws -> [Match] {
        let words = SearchWords(query, limit: 16)
        if words.isEmpty { return [] }
        let search: SQL = .perEngine(
            sqlite: """
                SELECT id, score FROM (
                    SELECT \(table)_rows.id AS id, 1000.0 / (20 + LENGTH(\(table).body)) AS score
                    FROM \(table) JOIN \(table)_rows ON \(table)_rows.number = \(table).rowid
                    WHERE \(table) MATCH \(words.fts5Query) AND \(table)_rows.scope = \(scope)
                    ORDER BY \(table).rowid DESC LIMIT 100
                ) AS found
                """,
            postgres: """
                SELECT id, CAST(ts_rank(document, query) AS DOUBLE PRECISION) AS score FROM (
                    SELECT id, document, query FROM \(table), CAST(\(words.tsQuery) AS TSQUERY) AS query
                    WHERE scope = \(scope) AND document @@ query LIMIT 100
                ) AS found
                """)
        return try transaction.all("\(search) ORDER BY score DESC, id DESC LIMIT \(limit)") {
            Match(id: try $0.next(), rank: try $0.next())
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
        text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil).unicodeScalars
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
    var body: String { words.joined(separator: " ") }
    var fts5Query: String { words.map { "\"\($0)\"" }.joined(separator: " AND ") + "*" }
    var vector: String { words.enumerated().map { "'\($1)':\($0 + 1)" }.joined(separator: " ") }
    var tsQuery: String { words.map { "'\($0)'" }.joined(separator: " & ") + ":*" }
}
