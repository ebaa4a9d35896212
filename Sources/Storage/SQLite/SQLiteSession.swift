// SPDX-License-Identifier: Apache-2.0
import GRDB
import GRDBSQLite

/// One SQLite connection with its prepared statements. It prepares and steps them itself, because GRDB's rows and
/// arguments cost more than most statements.
final class SQLiteSession: Session {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    /// What begins a transaction, until it has been told to.
    private var beginning: RenderedSQL?

    /// Filters make many texts; beyond this many the cache starts afresh.
    private static let cachedStatements = 200

    init(_ connection: GRDB.Database) throws {
        guard let handle = connection.sqliteConnection else { throw StorageError.closed }
        self.handle = handle
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// A transaction that asks nothing is none.
    func beginWithFirstStatement(_ beginning: RenderedSQL) { self.beginning = beginning }

    /// Whether it has begun, after ``beginWithFirstStatement(_:)``.
    var hasBegun: Bool { beginning == nil }

    func execute(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int {
        if let first = beginning {
            beginning = nil
            _ = try step(first) { _ in true }
        }
        return try step(sql, visit)
    }

    private func step(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int {
        let statement = try prepare(sql.text)
        // Whoever reads a row may ask for more, and so replace it among those that are kept.
        return try withExtendedLifetime(statement) { try step(statement.cursor, sql.values, visit) }
    }

    private func step(_ cursor: OpaquePointer, _ values: [SQLValue], _ visit: (inout Row) -> Bool) throws -> Int {
        defer {
            sqlite3_reset(cursor)
            sqlite3_clear_bindings(cursor)
        }
        for (index, value) in values.enumerated() {
            try check(try SQLiteColumn.bind(value, to: cursor, at: Int32(index) + 1))
        }
        // For statements that change nothing `sqlite3_changes` still reports the one before.
        let total = sqlite3_total_changes64(handle)
        loop: while true {
            switch sqlite3_step(cursor) {
            case SQLITE_ROW:
                var row = Row(.sqlite(cursor))
                if !visit(&row) { break loop }
            case SQLITE_DONE: break loop
            case let code: try check(code)
            }
        }
        return sqlite3_total_changes64(handle) == total ? 0 : Int(sqlite3_changes64(handle))
    }

    private func prepare(_ text: String) throws -> SQLiteStatement {
        if let statement = statements[text], sqlite3_stmt_busy(statement.cursor) == 0 { return statement }
        let statement = try SQLiteStatement(text, handle, check)
        if statements.count >= Self.cachedStatements { statements.removeAll(keepingCapacity: true) }
        statements[text] = statement
        return statement
    }

    /// Lets go of the statements, without which a connection does not close.
    func forgetStatements() { statements.removeAll() }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK {
            throw SQLiteFailure.error(sqlite3_extended_errcode(handle), String(cString: sqlite3_errmsg(handle)))
        }
    }
}

/// A prepared statement, until nobody uses it any more.
private final class SQLiteStatement {
    let cursor: OpaquePointer

    init(_ text: String, _ handle: OpaquePointer, _ check: (Int32) throws -> Void) throws {
        var (text, cursor, rest) = (text, nil as OpaquePointer?, 0)
        let code = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                var end: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    handle, bytes.baseAddress, Int32(bytes.count), UInt32(SQLITE_PREPARE_PERSISTENT), &cursor, &end)
                let used = bytes.baseAddress.flatMap { start in end.map { $0 - start } } ?? 0
                rest = bytes[used...].count { $0 != 0x20 && $0 != 0x0A }
                return code
            }
        }
        try check(code)
        guard let cursor, rest == 0 else {
            sqlite3_finalize(cursor)
            throw StorageError.invalidSQL("one statement is expected")
        }
        self.cursor = cursor
    }

    deinit { sqlite3_finalize(cursor) }
}
