// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Storage

extension Storage.Database {
    /// Every text, and every run of bytes read as one, that tables with a column of this name hold for one owner; also
    /// the words that are indexed for it. For tests that look for what must not be there.
    package func dump(where column: String, is owner: UUID) async throws -> String {
        switch location {
        case .sqlite(let path): try await dump(path, column, owner)
        case .postgres: try await dumpPostgreSQL(column, owner)
        case .sqliteInMemory: ""
        }
    }

    private func dump(_ path: String, _ column: String, _ owner: UUID) async throws -> String {
        try await DatabaseQueue(path: path).read { database in
            let tables = try String.fetchAll(
                database,
                sql: """
                    SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                    WHERE m.type = 'table' AND c.name = ?
                    """, arguments: [column])
            var rows = try tables.flatMap {
                try GRDB.Row.fetchAll(database, sql: "SELECT * FROM \($0) WHERE \(column) = ?", arguments: [owner.databaseValue])
            }
            let indexes = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_shelves' ESCAPE '\\'")
            for shelves in indexes {
                let index = shelves.dropLast("_shelves".count)
                rows += try GRDB.Row.fetchAll(
                    database, sql: "SELECT words FROM \(index)_texts WHERE scope = ?", arguments: [owner.databaseValue])
                rows += try GRDB.Row.fetchAll(
                    database,
                    sql: "SELECT word FROM \(index)_words JOIN \(shelves) s ON s.shelf = block >> 32 WHERE s.scope = ?",
                    arguments: [owner.databaseValue])
            }
            return rows.flatMap { $0.databaseValues.map(\.words) }.joined(separator: "\n")
        }
    }

    private func dumpPostgreSQL(_ column: String, _ owner: UUID) async throws -> String {
        try await read { tx in
            let texts: [String] = try tx.all(
                """
                SELECT CAST(query_to_xml(format('SELECT * FROM %I WHERE %I = %L', c.table_name, c.column_name,
                    CAST(\(owner) AS TEXT)), true, false, '') AS TEXT)
                FROM information_schema.columns c
                WHERE c.table_schema = current_schema() AND c.column_name IN (\(column), 'scope')
                """
            ) { try $0.next() }
            return texts.map { $0 + Self.bytes(in: $0) }.joined(separator: "\n")
        }
    }

    /// Columns of bytes are written in base64.
    private static func bytes(in xml: String) -> String {
        xml.split(whereSeparator: { $0 == "<" || $0 == ">" }).compactMap { part in
            let text = part.filter { !$0.isWhitespace }
            return text.count >= 8 ? Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } : nil
        }.joined(separator: "\n")
    }
}

extension DatabaseValue {
    fileprivate var words: String {
        switch storage {
        case .string(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        case .null, .int64, .double: ""
        }
    }
}
