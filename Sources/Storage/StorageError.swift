// SPDX-License-Identifier: Apache-2.0

/// What can go wrong with a database, the same on both engines. No message carries a stored value.
package enum StorageError: Error, Equatable {
    /// Another row already has these values in these columns.
    case uniqueViolation(table: String, columns: [String])
    /// A row refers to one that does not exist, or is still referred to. SQLite does not know the table.
    case foreignKeyViolation(table: String?)
    /// The constraint's name, or its expression where it has no name.
    case checkViolation(constraint: String)
    case notNullViolation(table: String, column: String)

    /// A write inside `read`.
    case readOnly
    /// The database stayed locked, or kept conflicting with other transactions, for too long.
    case busy
    /// The database cannot be reached, or went away during the transaction, which then may or may not have committed.
    case connectionLost(String)
    /// There is no room on the disk, or in what the database may take of it. Reading goes on.
    case full(String)
    /// The database's file, or its disk, is damaged, read-only or gone.
    case unusable(String)
    /// `close()` was called.
    case closed

    /// The statement is wrong: a mistake in the program.
    case invalidSQL(String)
    /// A bound value does not fit its column or its use: out of range, malformed.
    case invalidValue(String)
    /// A text holds U+0000, which PostgreSQL cannot store.
    case nulInText
    /// A column holds something else than the reader expects.
    case unexpectedValue(expected: String, found: String)
    /// A statement after the transaction's end, or after a failed statement without a `savepoint` around it.
    case transactionEnded
    /// What is being changed is changed a second time before that has ended: a mistake in the program.
    case inHandAlready

    /// The database has migrations that this program does not know: it was used by a newer version.
    case newerSchema(unknownMigrations: [String])
    /// The address of a database is malformed.
    case invalidLocation(String)
    /// A backup could not be written or read.
    case backupFailed(String)
    /// The database's user may not do this.
    case notAllowed(String)
    /// Anything else; the engine's own code and words.
    case engine(code: String, message: String)
}

extension StorageError: CustomStringConvertible {
    /// One sentence for the log or the command line.
    package var description: String {
        switch self {
        case .uniqueViolation(let table, let columns):
            "A row with the same \(columns.joined(separator: ", ")) already exists in \(table)."
        case .foreignKeyViolation(let table):
            "A row\(table.map { " of \($0)" } ?? "") refers to one that does not exist, or is still referred to."
        case .checkViolation(let constraint): "A value breaks the rule \(constraint)."
        case .notNullViolation(let table, let column): "\(table).\(column) must have a value."
        case .inHandAlready: "What is being changed cannot be changed again before that has ended."
        case .readOnly: "A read transaction cannot write."
        case .busy: "The database is busy; try again in a moment."
        case .connectionLost(let message): "The database cannot be reached: \(message)"
        case .full(let message): "There is no room to write: \(message)"
        case .unusable(let message): "The database cannot be used: \(message)"
        case .closed: "The database is closed."
        case .invalidSQL(let message): "The SQL is wrong: \(message)"
        case .invalidValue(let message): "A value does not fit its column: \(message)"
        case .nulInText: "Text cannot hold the character U+0000."
        case .unexpectedValue(let expected, let found): "A column holds \(found) where \(expected) is expected."
        case .transactionEnded: "The transaction has ended."
        case .newerSchema(let unknown):
            """
            The database was used by a newer version of this program (it has \(unknown.joined(separator: ", "))); \
            start that version, or restore a backup.
            """
        case .invalidLocation(let message): "The database address is wrong: \(message)"
        case .backupFailed(let message): "The backup failed: \(message)"
        case .notAllowed(let message): "The database's user may not do this: \(message)"
        case .engine(let code, let message): "The database reports \(code): \(message)"
        }
    }
}
