// SPDX-License-Identifier: Apache-2.0

/// An `Encoder` that appends to one buffer. Containers are closed when something is written outside of them.
final class EncodedJSON: Encoder {
    private(set) var text: [UInt8] = []
    /// The containers that are open, outermost first.
    private var open: [(isObject: Bool, count: Int)] = []

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init() { text.reserveCapacity(4096) }

    struct NotRepresentable: Error {}

    func write<T: Encodable>(_ value: T) throws {
        if let string = value as? String { return JSONText.write(string, to: &text) }
        let (depth, start) = (open.count, text.count)
        try value.encode(to: self)
        close(downTo: depth)
        // A type without members writes nothing of itself.
        if text.count == start { text += "{}".utf8 }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>(writer: self, depth: begin(isObject: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(writer: self, depth: begin(isObject: false)) }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(writer: self) }

    private func begin(isObject: Bool) -> Int {
        text.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        open.append((isObject, 0))
        return open.count
    }

    private func close(downTo depth: Int) {
        while open.count > depth { text.append(open.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
    }

    /// Prepares for the next element of the container at a depth.
    private func next(at depth: Int, key: String? = nil) {
        close(downTo: depth)
        if open[depth - 1].count > 0 { text.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
        guard let key else { return }
        JSONText.write(key, to: &text)
        text.append(UInt8(ascii: ":"))
    }

    private func count(at depth: Int) -> Int { open[depth - 1].count }

    private func raw(_ string: String) { text.append(contentsOf: string.utf8) }

    private func number(_ value: Double) throws {
        guard value.isFinite else { throw NotRepresentable() }
        raw(value.description)
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let writer: EncodedJSON
        let depth: Int
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { put(key) { $0.raw("null") } }
        func encode(_ value: Bool, forKey key: Key) { put(key) { $0.raw(value ? "true" : "false") } }
        func encode(_ value: String, forKey key: Key) { put(key) { JSONText.write(value, to: &$0.text) } }
        func encode(_ value: Int, forKey key: Key) { put(key) { $0.raw(String(value)) } }
        func encode(_ value: Int64, forKey key: Key) { put(key) { $0.raw(String(value)) } }
        func encode(_ value: Double, forKey key: Key) throws { try put(key) { try $0.number(value) } }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try put(key) { try $0.write(value) } }

        private func put(_ key: Key, _ body: (EncodedJSON) throws -> Void) rethrows {
            writer.next(at: depth, key: key.stringValue)
            try body(writer)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            writer.next(at: depth, key: key.stringValue)
            return writer.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            writer.next(at: depth, key: key.stringValue)
            return writer.unkeyedContainer()
        }

        func superEncoder() -> any Encoder { writer }
        func superEncoder(forKey key: Key) -> any Encoder { writer }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let writer: EncodedJSON
        let depth: Int
        var codingPath: [any CodingKey] { [] }
        var count: Int { writer.count(at: depth) }

        func encodeNil() {
            writer.next(at: depth)
            writer.raw("null")
        }

        func encode<T: Encodable>(_ value: T) throws {
            writer.next(at: depth)
            try writer.write(value)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            writer.next(at: depth)
            return writer.container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            writer.next(at: depth)
            return writer.unkeyedContainer()
        }

        func superEncoder() -> any Encoder { writer }
    }

    private struct Single: SingleValueEncodingContainer {
        let writer: EncodedJSON
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { writer.raw("null") }
        func encode(_ value: Bool) { writer.raw(value ? "true" : "false") }
        func encode(_ value: String) { JSONText.write(value, to: &writer.text) }
        func encode(_ value: Double) throws { try writer.number(value) }
        func encode(_ value: Float) throws { try writer.number(Double(value)) }
        func encode(_ value: Int) { writer.raw(String(value)) }
        func encode(_ value: Int8) { writer.raw(String(value)) }
        func encode(_ value: Int16) { writer.raw(String(value)) }
        func encode(_ value: Int32) { writer.raw(String(value)) }
        func encode(_ value: Int64) { writer.raw(String(value)) }
        func encode(_ value: UInt) { writer.raw(String(value)) }
        func encode(_ value: UInt8) { writer.raw(String(value)) }
        func encode(_ value: UInt16) { writer.raw(String(value)) }
        func encode(_ value: UInt32) { writer.raw(String(value)) }
        func encode(_ value: UInt64) { writer.raw(String(value)) }
        func encode<T: Encodable>(_ value: T) throws { try writer.write(value) }
    }
}
