// SPDX-License-Identifier: Apache-2.0
import GRDB
import GRDBSQLite

enum SQLiteFailure {
    /// The domain error for an extended result code and its message, such as `UNIQUE constraint failed: t.a, t.b`.
    static func error(_ code: Int32, _ message: String) -> StorageError {
        let subject = message.split(separator: ": ", maxSplits: 1).dropFirst().first.map(String.init) ?? message
        switch ResultCode(rawValue: code) {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            let columns = subject.split(separator: ", ").map { $0.split(separator: ".", maxSplits: 1).map(String.init) }
            return .uniqueViolation(
                table: columns.first?.first ?? "", columns: columns.compactMap { $0.dropFirst().first })
        case .SQLITE_CONSTRAINT_FOREIGNKEY: return .foreignKeyViolation(table: nil)
        case .SQLITE_CONSTRAINT_CHECK: return .checkViolation(constraint: subject)
        case .SQLITE_CONSTRAINT_NOTNULL:
            let names = subject.split(separator: ".", maxSplits: 1).map(String.init)
            return .notNullViolation(table: names.first ?? "", column: names.last ?? "")
        default: break
        }
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy
        case SQLITE_FULL: return .full(message)
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB: return .unusable("\(message) (SQLite \(code))")
        case SQLITE_READONLY: return code == SQLITE_READONLY ? .readOnly : .unusable("\(message) (SQLite \(code))")
        case SQLITE_ERROR, SQLITE_RANGE, SQLITE_MISUSE: return .invalidSQL(message)
        case SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_CONSTRAINT: return .invalidValue(message)
        case SQLITE_CANTOPEN: return .connectionLost(message)
        default: return .engine(code: "SQLite \(code)", message: message)
        }
    }

    /// Runs GRDB and turns its errors into ours.
    static func translating<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as DatabaseError {
            throw Self.error(error.extendedResultCode.rawValue, error.message ?? "")
        }
    }
}
