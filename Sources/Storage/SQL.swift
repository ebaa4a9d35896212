// SPDX-License-Identifier: Apache-2.0

/// SQL text with bound values.
///
///     "SELECT number FROM cases WHERE enterprise = \(enterprise) AND stage = \(stage)"
///
/// Interpolating a value binds it; interpolating an `SQL` splices it. The text itself consists of literals in the
/// source only: a `String` made at run time can be bound but can never become SQL.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    enum Piece: Sendable {
        case text(StaticString)
        case value(SQLValue)
        case perEngine(sqlite: SQL, postgres: SQL)
    }

    private(set) var pieces: [Piece]

    package init(stringLiteral text: StaticString) { pieces = [.text(text)] }

    package init(stringInterpolation: Interpolation) { pieces = stringInterpolation.pieces }

    private init(pieces: [Piece]) { self.pieces = pieces }

    package typealias StringInterpolation = Interpolation

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ text: StaticString) {
            if text.utf8CodeUnitCount > 0 { pieces.append(.text(text)) }
        }

        /// Binds a value.
        @inlinable
        package mutating func appendInterpolation(_ value: some SQLConvertible) { bind(value.sqlValue) }

        /// Binds a value or NULL.
        @inlinable
        package mutating func appendInterpolation<Value: SQLConvertible>(_ value: Value?) { bind(value.sqlValue) }

        @usableFromInline
        mutating func bind(_ value: SQLValue) { pieces.append(.value(value)) }

        /// Splices SQL.
        package mutating func appendInterpolation(_ sql: SQL) { pieces += sql.pieces }
    }
}

extension SQL {
    package static let empty = SQL(pieces: [])

    /// The inside of `IN (…)`. An empty list becomes `NULL`, which no row equals.
    package static func list(_ values: some Sequence<some SQLConvertible>) -> SQL {
        let list = values.map { SQL(pieces: [.value($0.sqlValue)]) }.joined(separator: ", ")
        return list.pieces.isEmpty ? "NULL" : list
    }

    /// As ``list(_:)``, filled up with its last value to a power of two: each length is a statement that the engines
    /// prepare and keep, so a list of any length wants few of them.
    package static func filledList(_ values: some Collection<some SQLConvertible>) -> SQL {
        var length = 1
        while length < values.count { length *= 2 }
        let all = Array(values)
        return list(all + (all.last.map { Array(repeating: $0, count: length - all.count) } ?? []))
    }

    /// A fragment that the engines spell differently.
    package static func perEngine(sqlite: SQL, postgres: SQL) -> SQL {
        SQL(pieces: [.perEngine(sqlite: sqlite, postgres: postgres)])
    }

    /// The sum of what queries for a number each give, as a query.
    package static func sum(_ queries: [SQL]) -> SQL {
        queries.isEmpty ? "SELECT 0" : "SELECT " + queries.map { "(\($0))" }.joined(separator: " + ")
    }

    /// After the definition of a table: SQLite is to keep its rows in the order of the primary key, so that those beside each other
    /// are read together, and written once less. For rows of a few hundred bytes. PostgreSQL has no such tables.
    package static let inKeyOrder = perEngine(sqlite: "WITHOUT ROWID", postgres: "")

    /// Locks the selected rows until the transaction ends. SQLite has one writer, so there it is nothing.
    package static let forUpdate = perEngine(sqlite: "", postgres: "FOR UPDATE")

    /// Locks the selected rows and leaves out those that another transaction has locked.
    package static let skipLocked = perEngine(sqlite: "", postgres: "FOR UPDATE SKIP LOCKED")

    package static func + (left: SQL, right: SQL) -> SQL { SQL(pieces: left.pieces + right.pieces) }

    package static func += (left: inout SQL, right: SQL) { left.pieces += right.pieces }
}

extension Sequence<SQL> {
    package func joined(separator: SQL) -> SQL {
        var joined = SQL.empty
        for (index, sql) in enumerated() { joined += index == 0 ? sql : separator + sql }
        return joined
    }
}

/// SQL as one engine takes it: `?` for SQLite, `$1` for PostgreSQL.
struct RenderedSQL {
    let text: String
    private(set) var values: [SQLValue] = []

    init(_ sql: SQL, for engine: Engine) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        values.reserveCapacity(sql.pieces.count / 2)
        Self.append(sql, engine, &bytes, &values)
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ sql: SQL, _ engine: Engine, _ bytes: inout [UInt8], _ values: inout [SQLValue]) {
        for piece in sql.pieces {
            switch piece {
            case .text(let literal): literal.withUTF8Buffer { bytes += $0 }
            case .value(let value):
                values.append(value)
                if engine == .sqlite { bytes.append(UInt8(ascii: "?")) } else { bytes += "$\(values.count)".utf8 }
            case .perEngine(let sqlite, let postgres):
                append(engine == .sqlite ? sqlite : postgres, engine, &bytes, &values)
            }
        }
    }
}
