// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259). Numbers keep their text, so that nothing is rounded; members keep their order.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    /// Deeper than any input of ours; a bound for the parser's recursion.
    static let depthLimit = 16

    /// Throws ``MalformedRequest`` where the text is not JSON, too deep, or names a member twice.
    init(parsing bytes: some Collection<UInt8>) throws {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.document()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw broken() }
        return value
    }

    private mutating func value(depth: Int) throws -> JSON {
        guard depth < JSON.depthLimit else { throw MalformedRequest("The JSON is nested too deeply. Flatten it.") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws -> JSON {
        var members: [(name: String, value: JSON)] = []
        var names: Set<String> = []
        position += 1
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw broken() }
            let name = try string()
            guard names.insert(name).inserted else {
                throw MalformedRequest("The JSON names “\(name)” twice. Give it once.")
            }
            guard take(":") else { throw broken() }
            members.append((name, try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw broken() }
        return .object(members)
    }

    private mutating func array(depth: Int) throws -> JSON {
        var elements: [JSON] = []
        position += 1
        if take("]") { return .array([]) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw broken() }
        return .array(elements)
    }

    private mutating func string() throws -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw MalformedRequest.notUTF8 }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw broken()
            default: text.append(byte)
            }
        }
        throw broken()
    }

    private mutating func escape() throws -> [UInt8] {
        switch next() {
        case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
        case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
        case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
        default: throw broken()
        }
    }

    /// One `\uXXXX`, or the two that make a surrogate pair; a lone surrogate is refused.
    private mutating func scalar() throws -> Unicode.Scalar {
        var code = try codeUnit()
        if (0xD800..<0xDC00).contains(code) {
            guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else { throw broken() }
            let low = try codeUnit()
            guard (0xDC00..<0xE000).contains(low) else { throw broken() }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw broken() }
        return scalar
    }

    private mutating func codeUnit() throws -> UInt32 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw broken()
        }
        position += 4
        return code
    }

    private mutating func number() throws -> JSON {
        let start = position
        while let byte = peek(), "+-0123456789.eE".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else { throw broken() }
        return .number(text)
    }

    private mutating func word(_ word: String, _ value: JSON) throws -> JSON {
        guard bytes[position...].starts(with: word.utf8) else { throw broken() }
        position += word.utf8.count
        return value
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func next() -> UInt8? {
        guard let byte = peek() else { return nil }
        position += 1
        return byte
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    private func broken() -> MalformedRequest {
        MalformedRequest("The body is not valid JSON near byte \(position). Correct it and send it again.")
    }
}
