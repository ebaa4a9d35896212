// SPDX-License-Identifier: Apache-2.0

/// A row of a result, read column by column in the order of the SELECT. It lives only while its closure runs.
@usableFromInline
package struct Row: ~Copyable {
    enum Source {
        /// A statement that stands on the row.
        case sqlite(OpaquePointer)
        case postgres(OpaquePointer, row: Int32)
    }

    private let source: Source
    private var column: Int32 = 0

    init(_ source: Source) { self.source = source }

    /// The next column. Throws `StorageError.unexpectedValue` when it does not hold a `T`, or when there is none.
    ///
    /// Inlinable, like what it calls for generic types, so that stores read their rows with code for their own types.
    @inlinable @inline(__always)
    package mutating func next<T: SQLConvertible>() throws -> T { try T(sqlValue: nextValue()) }

    @usableFromInline
    mutating func nextValue() throws -> SQLValue {
        defer { column += 1 }
        switch source {
        case .sqlite(let statement): return try SQLiteColumn.value(statement, column)
        case .postgres(let result, let row): return try PostgreSQLColumn.value(result, row, column)
        }
    }
}
