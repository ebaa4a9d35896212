// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import Storage

/// Describes a `Decodable` type as a JSON schema: lets it decode itself from placeholders, and notes what it asks for.
///
/// A type that refuses its placeholder is described as anything at all, `{}`, and whatever holds it as far as up to there;
/// a test finds it in ``undescribed``.
final class SchemaDecoder: Decoder {
    static func schema(of type: any Decodable.Type) -> JSON {
        SchemaDecoder(parents: [], Findings()).describe(type).schema
    }

    /// The names of types below this one of which not all could be described.
    static func undescribed(in type: any Decodable.Type) -> Set<String> {
        let findings = Findings()
        _ = SchemaDecoder(parents: [], findings).describe(type)
        return findings.names
    }

    private final class Findings { var names: Set<String> = [] }

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    /// The types being described, to stop at one that contains itself.
    private let parents: [ObjectIdentifier]
    private let findings: Findings
    private var schema: JSON = .members([])
    private var properties: [(name: String, value: JSON)] = []
    private var required: [JSON] = []

    private init(parents: [ObjectIdentifier], _ findings: Findings) {
        self.parents = parents
        self.findings = findings
    }

    /// The schema of a type, and a placeholder of it where there is one.
    private func describe<T: Decodable>(_ type: T.Type) -> (schema: JSON, value: T?) {
        if let known = Self.known(type) { return (known.schema, known.value as? T) }
        let id = ObjectIdentifier(type)
        guard !parents.contains(id) else { return (.members([]), nil) }
        if let choice = type as? any (CaseIterable & RawRepresentable).Type, let described = Self.choice(choice) {
            return (described.schema, described.value as? T)
        }
        if let map = type as? any Mapping.Type {
            return (["type": "object", "additionalProperties": describe(map.element).schema], map.empty as? T)
        }
        let decoder = SchemaDecoder(parents: parents + [id], findings)
        // A list of what cannot be made, such as of the type itself, can still be empty.
        let value = (try? T(from: decoder)) ?? (type as? any Collectable.Type)?.empty as? T
        if value == nil { findings.names.insert("\(type)") }
        return (decoder.result, value)
    }

    private var result: JSON {
        guard !properties.isEmpty else { return schema }
        return .members([
            ("type", "object"), ("properties", .members(properties)),
            ("required", required.isEmpty ? nil : .array(required)),
        ])
    }

    private static func known(_ type: Any.Type) -> (schema: JSON, value: Any)? {
        switch type {
        case is String.Type: (["type": "string"], "")
        case is Bool.Type: (["type": "boolean"], false)
        case is Double.Type: (["type": "number"], 0.0)
        case is Float.Type: (["type": "number"], Float(0))
        case is Int.Type: (["type": "integer"], 0)
        case is Int64.Type: (["type": "integer"], Int64(0))
        case is Int32.Type: (["type": "integer"], Int32(0))
        case is UInt8.Type: (["type": "integer"], UInt8(0))
        case is UInt64.Type: (["type": "integer"], UInt64(0))
        case is UInt.Type: (["type": "integer"], UInt(0))
        case is UInt32.Type: (["type": "integer"], UInt32(0))
        case is UInt16.Type: (["type": "integer"], UInt16(0))
        case is Int16.Type: (["type": "integer"], Int16(0))
        case is Int8.Type: (["type": "integer"], Int8(0))
        case is UUID.Type: (["type": "string", "format": "uuid"], UUID())
        case is Date.Type: (["type": "string", "format": "date-time"], Date())
        case is Timestamp.Type: (["type": "string", "format": "date-time"], Timestamp.now)
        case is CivilDate.Type: (["type": "string", "format": "date"], CivilDate(.now, in: .gmt))
        case is Nothing.Type: (["type": "object"], Nothing())
        // Anything at all.
        case is JSONValue.Type: ([:], JSONValue.null)
        case is Currency.Type: (["type": "string"], Currency.euro)
        case let type as any Identity.Type: (["type": "string", "format": "uuid"], type.placeholder)
        default: nil
        }
    }

    private static func choice<T: CaseIterable & RawRepresentable>(_: T.Type) -> (schema: JSON, value: Any)? {
        guard let first = T.allCases.first else { return nil }
        let names = T.allCases.compactMap { $0.rawValue as? String }
        return names.isEmpty ? nil : (["type": "string", "enum": .array(names.map { .string($0) })], first)
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        schema = ["type": "object"]
        return KeyedDecodingContainer(Keyed<Key>(decoder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        schema = ["type": "array", "items": [:]]
        return Unkeyed(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    private struct NoPlaceholder: Error {}

    private func property<T: Decodable>(_ key: any CodingKey, _ type: T.Type, isRequired: Bool) -> T? {
        let (schema, value) = describe(type)
        if !properties.contains(where: { $0.name == key.stringValue }) {
            properties.append((key.stringValue, schema))
            if isRequired { required.append(.string(key.stringValue)) }
        }
        return value
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: SchemaDecoder
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) throws -> Bool { true }

        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            guard let value = decoder.property(key, type, isRequired: true) else { throw NoPlaceholder() }
            return value
        }

        func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { optional(key, type) }

        // Each has a default of its own, which would find out only that there is no such member.
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { optional(key, type) }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { optional(key, type) }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { optional(key, type) }
        func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { optional(key, type) }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { optional(key, type) }
        func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { optional(key, type) }
        func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { optional(key, type) }
        func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { optional(key, type) }
        func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { optional(key, type) }
        func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { optional(key, type) }
        func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { optional(key, type) }
        func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { optional(key, type) }
        func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { optional(key, type) }
        func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { optional(key, type) }

        private func optional<T: Decodable>(_ key: Key, _ type: T.Type) -> T? {
            decoder.property(key, type, isRequired: false)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw NoPlaceholder() }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw NoPlaceholder() }
        func superDecoder() throws -> any Decoder { throw NoPlaceholder() }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw NoPlaceholder() }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let decoder: SchemaDecoder
        var codingPath: [any CodingKey] { [] }
        var count: Int? { 1 }
        var isAtEnd = false
        var currentIndex = 0

        init(decoder: SchemaDecoder) { self.decoder = decoder }

        mutating func decodeNil() throws -> Bool { false }

        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            isAtEnd = true
            let (schema, value) = decoder.describe(type)
            decoder.schema = ["type": "array", "items": schema]
            guard let value else { throw NoPlaceholder() }
            return value
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { throw NoPlaceholder() }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NoPlaceholder() }
        mutating func superDecoder() throws -> any Decoder { throw NoPlaceholder() }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: SchemaDecoder
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { false }

        func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let (schema, value) = decoder.describe(type)
            decoder.schema = schema
            guard let value else { throw NoPlaceholder() }
            return value
        }
    }
}

/// A collection that can be made without elements.
private protocol Collectable {
    static var empty: Any { get }
}

extension Array: Collectable { fileprivate static var empty: Any { [Element]() } }
extension Set: Collectable { fileprivate static var empty: Any { Set<Element>() } }

/// A dictionary by names, which is an object with any members of one type.
private protocol Mapping: Collectable {
    static var element: any Decodable.Type { get }
}

extension Dictionary: Collectable { fileprivate static var empty: Any { [Key: Value]() } }
extension Dictionary: Mapping where Key == String, Value: Decodable {
    fileprivate static var element: any Decodable.Type { Value.self }
}

/// A typed id, whatever it is the id of.
private protocol Identity {
    static var placeholder: Any { get }
}

extension ID: Identity {
    fileprivate static var placeholder: Any { ID() }
}
