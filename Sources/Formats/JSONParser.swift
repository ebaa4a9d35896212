// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not JSON (RFC 8259), or not JSON that a stranger may send.
package enum JSONError: Error, Hashable, Sendable {
    case unexpected(at: Int)
    case endedEarly
    case invalidText(at: Int)
    case duplicateName(String)
    case tooDeep
    case tooManyValues
}

/// How much JSON is taken from a stranger. Both bounds hold while it is read, so that no text costs more than its length.
package struct JSONLimits: Sendable {
    /// Objects and arrays within each other.
    package var depth: Int
    /// Values in all, those that hold others included.
    package var values: Int

    package init(depth: Int = 64, values: Int = 100_000) {
        self.depth = depth
        self.values = values
    }
}

/// A strict JSON parser: UTF-8, no duplicate names, within limits; its time grows with the length of the text.
package struct JSONParser {
    private let input: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0
    private var count = 0

    package static func parse(
        _ bytes: some Collection<UInt8>, within limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        try withParser(bytes, limits) { (parser) throws(JSONError) in try parser.document() }
    }

    /// The items of a top-level array, each with the bytes it was written with.
    package static func items(
        _ bytes: some Collection<UInt8>, within limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> [(value: JSONValue, range: Range<Int>)] {
        try withParser(bytes, limits) { (parser) throws(JSONError) in try parser.documentItems() }
    }

    private static func withParser<Result>(
        _ bytes: some Collection<UInt8>, _ limits: JSONLimits,
        _ body: (inout JSONParser) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        let parsed = Array(bytes).withUnsafeBufferPointer { input -> Swift.Result<Result, JSONError> in
            var parser = JSONParser(input: input, limits: limits)
            do throws(JSONError) { return .success(try body(&parser)) } catch { return .failure(error) }
        }
        return try parsed.get()
    }

    private init(input: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.input = input
        self.limits = limits
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        let value = try self.value()
        try end()
        return value
    }

    private mutating func documentItems() throws(JSONError) -> [(value: JSONValue, range: Range<Int>)] {
        skipSpace()
        try expect(UInt8(ascii: "["))
        var items: [(value: JSONValue, range: Range<Int>)] = []
        skipSpace()
        if take(UInt8(ascii: "]")) {
            try end()
            return items
        }
        repeat {
            skipSpace()
            let start = position
            let value = try self.value()
            items.append((value, start..<position))
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        try end()
        return items
    }

    private mutating func end() throws(JSONError) {
        skipSpace()
        guard position == input.count else { throw .unexpected(at: position) }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard position < input.count else { throw .endedEarly }
        count += 1
        guard count <= limits.values else { throw .tooManyValues }
        switch input[position] {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try descend()
        defer { depth -= 1 }
        position += 1
        var members: [(name: String, value: JSONValue)] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return JSONObject() }
        repeat {
            skipSpace()
            guard position < input.count else { throw .endedEarly }
            guard input[position] == UInt8(ascii: "\"") else { throw .unexpected(at: position) }
            let name = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            members.append((name, try value()))
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        try refuseDuplicates(members)
        return JSONObject(unique: members)
    }

    private func refuseDuplicates(_ members: [(name: String, value: JSONValue)]) throws(JSONError) {
        if members.count <= 8 {
            for index in members.indices {
                for other in members[..<index] where other.name == members[index].name {
                    throw .duplicateName(other.name)
                }
            }
        } else {
            var names = Set<String>(minimumCapacity: members.count)
            for member in members where !names.insert(member.name).inserted { throw .duplicateName(member.name) }
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try descend()
        defer { depth -= 1 }
        position += 1
        var items: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return items }
        repeat {
            items.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return items
    }

    private mutating func descend() throws(JSONError) {
        depth += 1
        guard depth <= limits.depth else { throw .tooDeep }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard position + length <= input.count else { throw .endedEarly }
        for offset in 0..<length where input[position + offset] != text.utf8Start[offset] {
            throw .unexpected(at: position + offset)
        }
        position += length
        return value
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: input[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < input.count, (0x30...0x39).contains(input[position]) { position += 1 }
        guard position > start else { throw position < input.count ? .unexpected(at: position) : .endedEarly }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < input.count {
            switch input[position] {
            case UInt8(ascii: "\""):
                let text = try text(input[start..<position], at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw .invalidText(at: position)
            default: position += 1
            }
        }
        throw .endedEarly
    }

    private func text(_ bytes: some Collection<UInt8>, at offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidText(at: offset) }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var bytes = Array(input[start..<position])
        while position < input.count {
            let byte = input[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(bytes, at: start)
            case UInt8(ascii: "\\"): try unescape(into: &bytes)
            case 0..<0x20: throw .invalidText(at: position - 1)
            default: bytes.append(byte)
            }
        }
        throw .endedEarly
    }

    private mutating func unescape(into bytes: inout [UInt8]) throws(JSONError) {
        guard position < input.count else { throw .endedEarly }
        let escape = input[position]
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): bytes.append(contentsOf: try unicodeEscape().utf8)
        default: throw .unexpected(at: position - 1)
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw .invalidText(at: start)
        }
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second) else { throw .invalidText(at: start) }
        guard let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) else {
            throw .invalidText(at: start)
        }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        guard position + 4 <= input.count else { throw .endedEarly }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch input[position] {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x61...0x66).contains(byte | 0x20): digit = (byte | 0x20) - 0x61 + 10
            default: throw .unexpected(at: position)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private mutating func skipSpace() {
        while position < input.count {
            switch input[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < input.count, input[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard position < input.count else { throw .endedEarly }
        guard take(byte) else { throw .unexpected(at: position) }
    }
}
