// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// A value kept as JSON in one column.
package struct Stored<Value: Codable & Sendable>: SQLConvertible {
    package let value: Value
    private let json: String

    /// Throws for a value that JSON cannot hold, such as a number that is none.
    package init(_ value: Value) throws {
        self.value = value
        json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    package var sqlValue: SQLValue { .text(json) }

    package init(sqlValue: SQLValue) throws {
        json = try String(sqlValue: sqlValue)
        value = try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }
}
