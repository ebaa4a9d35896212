// SPDX-License-Identifier: Apache-2.0
import GRDB
import GRDBSQLite

/// One SQLite connection with its prepared statements. It steps the statements itself, because GRDB's rows and
/// arguments cost more than most statements.
final class SQLiteSession: Session {
    private let connection: GRDB.Database
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Filters make many texts; beyond this many the cache starts afresh.
    private static let cachedStatements = 200

    init(_ connection: GRDB.Database) throws {
        guard let handle = connection.sqliteConnection else { throw StorageError.closed }
        self.connection = connection
        self.handle = handle
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func execute(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int {
        let statement = try prepare(sql.text)
        let cursor = statement.sqliteStatement
        defer {
            sqlite3_reset(cursor)
            sqlite3_clear_bindings(cursor)
        }
        for (index, value) in sql.values.enumerated() {
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

    private func prepare(_ text: String) throws -> Statement {
        if let statement = statements[text], sqlite3_stmt_busy(statement.sqliteStatement) == 0 { return statement }
        let statement: Statement
        do { statement = try connection.makeStatement(sql: text) } catch let error as DatabaseError {
            throw SQLiteFailure.error(error.extendedResultCode.rawValue, error.message ?? "")
        }
        if statements.count >= Self.cachedStatements { statements.removeAll(keepingCapacity: true) }
        statements[text] = statement
        return statement
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK {
            throw SQLiteFailure.error(sqlite3_extended_errcode(handle), String(cString: sqlite3_errmsg(handle)))
        }
    }
}
