// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// A value kept as JSON in one column.
struct Stored<Value: Codable & Sendable>: SQLConvertible {
    let value: Value

    init(_ value: Value) { self.value = value }

    var sqlValue: SQLValue {
        // Only types whose encoding cannot fail are stored this way; a failure shows as a null in a NOT NULL column.
        do { return .text(String(decoding: try JSONEncoder().encode(value), as: UTF8.self)) } catch { return .null }
    }

    init(sqlValue: SQLValue) throws {
        value = try JSONDecoder().decode(Value.self, from: Data(String(sqlValue: sqlValue).utf8))
    }
}
