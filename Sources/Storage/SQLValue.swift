// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A value as the engines know it: what a statement binds and what a column holds.
@usableFromInline
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case uuid(UUID)
    case bool(Bool)
}

/// A Swift type that can be bound in `SQL` and read from a `Row`.
///
/// An enum with a raw value conforms by naming the protocol: `enum Stage: String, SQLConvertible`.
@usableFromInline
package protocol SQLConvertible: Sendable {
    var sqlValue: SQLValue { get }

    /// Reads a column. Throws `StorageError.unexpectedValue` when the column holds something else.
    init(sqlValue: SQLValue) throws
}

extension SQLConvertible {
    @usableFromInline
    static func unexpected(_ value: SQLValue) -> any Error {
        StorageError.unexpectedValue(expected: "\(Self.self)", found: value.kind)
    }
}

extension SQLConvertible where Self: RawRepresentable, RawValue: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { rawValue.sqlValue }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        guard let value = Self(rawValue: try RawValue(sqlValue: sqlValue)) else { throw Self.unexpected(sqlValue) }
        self = value
    }
}

extension SQLValue {
    /// The kind of value, without the value itself: error messages must not carry personal data.
    var kind: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a real number"
        case .text: "a text"
        case .blob: "bytes"
        case .uuid: "a UUID"
        case .bool: "a boolean"
        }
    }
}

extension Int64: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .integer(self) }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        guard case .integer(let value) = sqlValue else { throw Self.unexpected(sqlValue) }
        self = value
    }
}

extension Int: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .integer(Int64(self)) }

    @inlinable
    package init(sqlValue: SQLValue) throws { self = Int(try Int64(sqlValue: sqlValue)) }
}

extension Double: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .real(self) }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        switch sqlValue {
        case .real(let value): self = value
        case .integer(let value): self = Double(value)
        default: throw Self.unexpected(sqlValue)
        }
    }
}

extension String: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .text(self) }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        guard case .text(let value) = sqlValue else { throw Self.unexpected(sqlValue) }
        self = value
    }
}

extension Bool: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .bool(self) }

    /// SQLite has no booleans: there a boolean column holds 0 or 1.
    @inlinable
    package init(sqlValue: SQLValue) throws {
        switch sqlValue {
        case .bool(let value): self = value
        case .integer(0): self = false
        case .integer(1): self = true
        default: throw Self.unexpected(sqlValue)
        }
    }
}

extension UUID: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .uuid(self) }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        guard case .uuid(let value) = sqlValue else { throw Self.unexpected(sqlValue) }
        self = value
    }
}

extension [UInt8]: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { .blob(self) }

    /// SQLite cannot tell sixteen bytes from a UUID, so both are accepted.
    @inlinable
    package init(sqlValue: SQLValue) throws {
        switch sqlValue {
        case .blob(let bytes): self = bytes
        case .uuid(let uuid): self = Swift.withUnsafeBytes(of: uuid.uuid) { Array($0) }
        default: throw Self.unexpected(sqlValue)
        }
    }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    @inlinable
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }

    @inlinable
    package init(sqlValue: SQLValue) throws {
        if case .null = sqlValue { self = nil } else { self = try Wrapped(sqlValue: sqlValue) }
    }
}
