// SPDX-License-Identifier: Apache-2.0
import RawStructuredFieldValues

/// Structured dictionary fields (RFC 9651) as signatures need them.
enum Dictionary {
    typealias Members = OrderedMap<String, ItemOrInnerList>

    /// Bytes: many times what a signature needs.
    private static let longest = 4096
    /// More members, items, parameters and escapes than any signature needs. The parser looks each up among those before it.
    private static let most = 128
    private static let separators = Set(",; (\\".utf8)

    static func parse(_ value: String, named field: String) throws(SignatureError) -> Members {
        guard value.utf8.count <= longest, value.utf8.count(where: separators.contains) <= most else { throw .malformed(field) }
        do {
            var parser = StructuredFieldValueParser(Array(value.utf8))
            return try parser.parseDictionaryFieldValue()
        } catch {
            throw .malformed(field)
        }
    }

    static func serialize(_ members: Members, named field: String) throws(SignatureError) -> String {
        do {
            var serializer = StructuredFieldValueSerializer()
            return String(decoding: try serializer.writeDictionaryFieldValue(members), as: UTF8.self)
        } catch {
            throw .malformed(field)
        }
    }

    /// The strict serialisation of one member's value (RFC 9421, section 2.1.2).
    static func member(_ key: String, of value: String, named field: String) throws(SignatureError) -> String {
        guard let member = try parse(value, named: field)[key] else { throw .missingComponent(field) }
        return try serialize(member, named: field)
    }

    static func serialize(_ member: ItemOrInnerList, named field: String) throws(SignatureError) -> String {
        do {
            var serializer = StructuredFieldValueSerializer()
            return String(decoding: try serializer.writeListFieldValue([member]), as: UTF8.self)
        } catch {
            throw .malformed(field)
        }
    }
}
