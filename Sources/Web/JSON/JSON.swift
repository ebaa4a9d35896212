// SPDX-License-Identifier: Apache-2.0
import Formats

/// JSON to be written, such as a schema.
typealias JSON = JSONValue

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .members(elements.map { (name: $0.0, value: $0.1) })
    }

    /// An object of members with different names.
    static func members(_ members: [(name: String, value: JSONValue)]) -> JSONValue { .object(JSONObject(unique: members)) }

    /// An object without the members that are `nil`.
    static func members(_ members: [(String, JSONValue?)]) -> JSONValue {
        .members(members.compactMap { name, value in value.map { (name: name, value: $0) } })
    }
}
