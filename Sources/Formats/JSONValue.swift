// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Any JSON value, kept as it was written: members in their order, numbers by their digits.
///
/// So that what a node does not understand it can still pass on unchanged.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number's own text, such as `1.50`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var integer: Int64? { if case .number(let digits) = self { Int64(digits) } else { nil } }
    package var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// Whether U+0000 is anywhere in it, also in a name.
    package var holdsNull: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): text.utf8.contains(0)
        case .array(let items): items.contains { $0.holdsNull }
        case .object(let object): object.members.contains { $0.name.utf8.contains(0) || $0.value.holdsNull }
        }
    }

    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// The value as compact UTF-8 text.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self, canonical: false)
        return writer.bytes
    }

    /// Compact, with members sorted by their UTF-16 code units: the same value is always the same bytes
    /// (RFC 8785 for values whose numbers are integers).
    package var canonicalBytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self, canonical: true)
        return writer.bytes
    }

    package init(
        parsing bytes: some Collection<UInt8>, within limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        self = try JSONParser.parse(bytes, within: limits)
    }

    /// The JSON of any `Encodable`, for a kind's own shared struct.
    package init(encoding value: some Encodable) throws {
        self = try JSONParser.parse(JSONEncoder().encode(value))
    }

    package func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral text: String) { self = .string(text) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
}

/// The members of a JSON object in their order; names are unique.
package struct JSONObject: Sendable {
    package private(set) var members: [(name: String, value: JSONValue)] = []

    package init() {}

    package init(_ members: KeyValuePairs<String, JSONValue>) {
        for (name, value) in members { self[name] = value }
    }

    /// For those who know that no name comes twice, as the parser does.
    package init(unique members: [(name: String, value: JSONValue)]) {
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }

    package subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds members after those that are here; what is here wins.
    package mutating func append(_ other: JSONObject) {
        guard !other.isEmpty else { return }
        let known = Set(members.map(\.name))
        members += other.members.filter { !known.contains($0.name) }
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        // Mostly they stand in the same order; else a table, so that many members do not cost their square.
        if zip(left.members, right.members).allSatisfy({ $0.name == $1.name }) {
            return zip(left.members, right.members).allSatisfy { $0.value == $1.value }
        }
        let others = Dictionary(uniqueKeysWithValues: right.members.map { ($0.name, $0.value) })
        return left.members.allSatisfy { others[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}
