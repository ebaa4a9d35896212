// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why a peer's JSON cannot be taken: which field, and what is wrong with it.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case missing
        case wrongType(expected: String)
        /// Longer or larger than the limit, in characters or items.
        case tooLarge(limit: Int)
        case invalid(String)
    }

    /// The path to the field, such as `data.journey[2].since`.
    package let field: String
    package let reason: Reason

    package init(_ field: String, _ reason: Reason) {
        self.field = field
        self.reason = reason
    }

    static let holdsNull = "holds U+0000"

    /// How an event is refused for it.
    package var code: RejectionCode { if case .tooLarge = reason { .tooLarge } else { .malformed } }

    package var description: String {
        switch reason {
        case .missing: "\(field) is missing"
        case .wrongType(let expected): "\(field) should be \(expected)"
        case .tooLarge(let limit): "\(field) is larger than \(limit)"
        case .invalid(let why): "\(field) \(why)"
        }
    }
}

/// Takes known fields out of a JSON object, each with its bound; what is left over is unknown and is kept.
///
/// `null` counts as absent.
package struct Fields: Sendable {
    /// Members that nobody has taken yet.
    package private(set) var rest: JSONObject
    private let path: String

    package init(_ object: JSONObject, path: String = "") {
        rest = object
        self.path = path
    }

    package init(_ value: JSONValue, path: String = "") throws(WireError) {
        guard case .object(let object) = value else { throw WireError(path, .wrongType(expected: "an object")) }
        self.init(object, path: path)
    }

    package mutating func value(_ name: String) -> JSONValue? {
        guard let value = rest[name] else { return nil }
        rest[name] = nil
        return value == .null ? nil : value
    }

    package mutating func optionalText(_ name: String, max: Int) throws(WireError) -> String? {
        guard let value = value(name) else { return nil }
        return try text(value, name, max: max)
    }

    /// A text without U+0000, which no database of ours keeps.
    private func text(_ value: JSONValue, _ name: String, max: Int) throws(WireError) -> String {
        guard case .string(let text) = value else { throw error(name, .wrongType(expected: "a text")) }
        guard text.utf8.count <= max else { throw error(name, .tooLarge(limit: max)) }
        guard !text.utf8.contains(0) else { throw error(name, .invalid(WireError.holdsNull)) }
        return text
    }

    package mutating func text(_ name: String, max: Int) throws(WireError) -> String {
        try required(name, optionalText(name, max: max))
    }

    package mutating func optionalUUID(_ name: String) throws(WireError) -> UUID? {
        guard let text = try optionalText(name, max: 36) else { return nil }
        guard let uuid = UUID(uuidString: text) else { throw error(name, .wrongType(expected: "a UUID")) }
        return uuid
    }

    package mutating func uuid(_ name: String) throws(WireError) -> UUID {
        try required(name, optionalUUID(name))
    }

    /// A UUID of version 7 (RFC 9562, section 5.7), as events are named.
    package mutating func uuidVersion7(_ name: String) throws(WireError) -> UUID {
        let uuid = try uuid(name)
        guard uuid.uuid.6 >> 4 == 7, uuid.uuid.8 >> 6 == 0b10 else {
            throw error(name, .wrongType(expected: "a UUID of version 7"))
        }
        return uuid
    }

    /// A day of the calendar, `2026-12-01`.
    package mutating func optionalDate(_ name: String) throws(WireError) -> String? {
        guard let text = try optionalText(name, max: 10) else { return nil }
        guard text.utf8.count == 10, WireTime(rfc3339: "\(text)T00:00:00Z") != nil else {
            throw error(name, .wrongType(expected: "a day: YYYY-MM-DD"))
        }
        return text
    }

    package mutating func optionalTime(_ name: String) throws(WireError) -> WireTime? {
        guard let text = try optionalText(name, max: 40) else { return nil }
        guard let time = WireTime(rfc3339: text) else { throw error(name, .wrongType(expected: "an RFC 3339 time")) }
        return time
    }

    package mutating func time(_ name: String) throws(WireError) -> WireTime {
        try required(name, optionalTime(name))
    }

    package mutating func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(WireError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integer else { throw error(name, .wrongType(expected: "a whole number")) }
        guard range.contains(integer) else {
            throw error(name, .invalid("is not between \(range.lowerBound) and \(range.upperBound)"))
        }
        return integer
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(WireError) -> Int64 {
        try required(name, optionalInteger(name, in: range))
    }

    package mutating func optionalFlag(_ name: String) throws(WireError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else { throw error(name, .wrongType(expected: "true or false")) }
        return flag
    }

    package mutating func flag(_ name: String) throws(WireError) -> Bool {
        try required(name, optionalFlag(name))
    }

    package mutating func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type = Choice.self)
        throws(WireError) -> Choice
    {
        let text = try text(name, max: 64)
        guard let choice = Choice(rawValue: text) else {
            throw error(name, .invalid("has the unknown value «\(text)»"))
        }
        return choice
    }

    /// Any JSON, bounded by its size in bytes.
    package mutating func json(_ name: String, maxBytes: Int) throws(WireError) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.bytes.count <= maxBytes else { throw error(name, .tooLarge(limit: maxBytes)) }
        guard !value.holdsNull else { throw error(name, .invalid(WireError.holdsNull)) }
        return value
    }

    /// - Parameter isRequired: whether it must be there; else what is absent is empty.
    package mutating func texts(
        _ name: String, max: Int, eachMax: Int, isRequired: Bool = false
    ) throws(WireError) -> [String] {
        var texts: [String] = []
        for (index, item) in try items(name, max: max, isRequired).enumerated() {
            texts.append(try text(item, "\(name)[\(index)]", max: eachMax))
        }
        return texts
    }

    package mutating func optional<Value: WireStruct>(_ name: String, _: Value.Type = Value.self)
        throws(WireError) -> Value?
    {
        guard let value = value(name) else { return nil }
        return try Value(value, path: fullPath(name))
    }

    package mutating func one<Value: WireStruct>(_ name: String, _: Value.Type = Value.self) throws(WireError) -> Value
    {
        try required(name, optional(name))
    }

    /// - Parameter isRequired: whether it must be there; else what is absent is empty.
    package mutating func list<Value: WireStruct>(
        _ name: String, max: Int, isRequired: Bool = false, of _: Value.Type = Value.self
    ) throws(WireError) -> [Value] {
        var list: [Value] = []
        for (index, item) in try items(name, max: max, isRequired).enumerated() {
            list.append(try Value(item, path: fullPath("\(name)[\(index)]")))
        }
        return list
    }

    package func error(_ name: String, _ reason: WireError.Reason) -> WireError {
        WireError(fullPath(name), reason)
    }

    private mutating func items(_ name: String, max: Int, _ isRequired: Bool) throws(WireError) -> [JSONValue] {
        guard let value = value(name) else {
            if isRequired { throw error(name, .missing) }
            return []
        }
        guard let items = value.array else { throw error(name, .wrongType(expected: "a list")) }
        guard items.count <= max else { throw error(name, .tooLarge(limit: max)) }
        return items
    }

    private func required<Value>(_ name: String, _ value: Value?) throws(WireError) -> Value {
        guard let value else { throw error(name, .missing) }
        return value
    }

    private func fullPath(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// A struct that may be put on the wire. What it does not know it keeps in `unknown` and writes again.
package protocol WireStruct: Hashable, Sendable {
    init(_ fields: inout Fields) throws(WireError)
    func write(to object: inout JSONObject)
    var unknown: JSONObject { get set }
}

extension WireStruct {
    package init(_ value: JSONValue, path: String = "") throws(WireError) {
        var fields = try Fields(value, path: path)
        self = try Self(&fields)
        unknown = fields.rest
    }

    package var json: JSONValue {
        var object = JSONObject()
        write(to: &object)
        object.append(unknown)
        return .object(object)
    }
}

extension JSONValue {
    package static func uuid(_ uuid: UUID) -> JSONValue { .string(uuid.wire) }
    package static func time(_ time: WireTime) -> JSONValue { .string(time.rfc3339) }
    package static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    package static func list(_ values: [some WireStruct]) -> JSONValue { .array(values.map(\.json)) }
}
