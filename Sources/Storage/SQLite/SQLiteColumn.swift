// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite

/// Values between Swift and a SQLite statement.
enum SQLiteColumn {
    static func value(_ statement: OpaquePointer, _ column: Int32) throws -> SQLValue {
        guard column < sqlite3_column_count(statement) else {
            throw StorageError.unexpectedValue(expected: "another column", found: "the row's end")
        }
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(statement, column)
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(statement, column)
            let bytes = UnsafeRawBufferPointer(start: blob, count: Int(sqlite3_column_bytes(statement, column)))
            // Reading an id must not cost an array; `[UInt8]` accepts this as well.
            return bytes.count == 16 ? .uuid(UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))) : .blob(Array(bytes))
        default: return .null
        }
    }

    /// Returns SQLite's result code.
    static func bind(_ value: SQLValue, to statement: OpaquePointer, at index: Int32) throws -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
        case .real(let real): return sqlite3_bind_double(statement, index, real)
        case .bool(let bool): return sqlite3_bind_int64(statement, index, bool ? 1 : 0)
        case .text(var text):
            return try text.withUTF8 { bytes in
                if bytes.contains(0) { throw StorageError.nulInText }
                return bytes.withMemoryRebound(to: CChar.self) {
                    // A null pointer would bind NULL, and an empty buffer may have one.
                    sqlite3_bind_text64(
                        statement, index, $0.baseAddress ?? emptyText, UInt64($0.count), copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
            return sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), copied)
        case .uuid(let uuid):
            return withUnsafeBytes(of: uuid.uuid) {
                sqlite3_bind_blob64(statement, index, $0.baseAddress, 16, copied)
            }
        }
    }

    /// SQLITE_TRANSIENT, a macro that Swift does not import.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    nonisolated(unsafe) private static let emptyText = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}
