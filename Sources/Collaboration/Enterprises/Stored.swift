// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// A value kept as JSON in one column.
struct Stored<Value: Codable & Sendable>: SQLConvertible {
    let value: Value
    private let json: String

    /// Throws for a value that JSON cannot hold, such as a number that is none.
    init(_ value: Value) throws {
        self.value = value
        json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    var sqlValue: SQLValue { .text(json) }

    init(sqlValue: SQLValue) throws {
        json = try String(sqlValue: sqlValue)
        value = try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }
}
