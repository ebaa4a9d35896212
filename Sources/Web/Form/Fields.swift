// SPDX-License-Identifier: Apache-2.0
import Formats

/// Fields by name as they arrived, from a query, a form or a JSON object.
struct Fields: Sendable {
    enum Value: Sendable {
        case text(String)
        case file(UploadedFile)
    }

    /// More fields than any form of ours has; beyond it a request is refused.
    static let limit = 1000
    /// Bytes of a field's name.
    private static let nameLimit = 200

    private(set) var values: [String: [Value]] = [:]
    private var count = 0

    mutating func add(_ name: String, _ value: Value) throws {
        try Self.check(name)
        count += 1
        guard count <= Fields.limit else { throw MalformedRequest("The request has too many fields. Send fewer.") }
        values[name, default: []].append(value)
    }

    private static func check(_ name: String) throws {
        guard name.utf8.count <= nameLimit else {
            throw MalformedRequest("The name of a field is too long. Use the names that the form has.")
        }
    }

    func texts(_ name: String) -> [String] {
        values[name, default: []].compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// Files that were really chosen: a browser sends an empty one for a field left alone.
    func files(_ name: String) -> [UploadedFile] {
        values[name, default: []].compactMap {
            if case .file(let file) = $0, !(file.name.isEmpty && file.size == 0) { file } else { nil }
        }
    }
}

extension Fields {
    /// `application/x-www-form-urlencoded`, as the URL Standard decodes it, but invalid escapes and UTF-8 are refused.
    init(urlEncoded bytes: some Collection<UInt8>) throws {
        try Array(bytes).withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                var (sign, end): (Int?, Int) = (nil, start)
                while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                    if sign == nil, bytes[end] == UInt8(ascii: "=") { sign = end }
                    end += 1
                }
                if end > start {
                    let name = try PercentEncoding.decode(bytes[start..<(sign ?? end)], plusIsSpace: true)
                    let value = try sign.map { try PercentEncoding.decode(bytes[($0 + 1)..<end], plusIsSpace: true) }
                    try add(name, .text(value ?? ""))
                }
                start = end + 1
            }
        }
    }

    /// A JSON object: members are fields, arrays repeated fields, members of objects within are fields named `a.b`.
    init(json bytes: some Collection<UInt8>) throws {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes, within: Self.jsonLimits) } catch {
            throw MalformedRequest(error)
        }
        guard case .object(let object) = value else {
            throw MalformedRequest("The body is JSON but not an object. Send an object whose members are the fields.")
        }
        try add(object, prefix: "")
    }

    /// Fields, and what holds them.
    private static let jsonLimits = JSONLimits(depth: 16, values: 2 * limit)

    private mutating func add(_ object: JSONObject, prefix: String) throws {
        // Before it is joined to the name of each member.
        try Self.check(prefix)
        for (name, value) in object.members { try add(prefix + name, value) }
    }

    private mutating func add(_ name: String, _ value: JSONValue) throws {
        switch value {
        case .null: break
        case .string(let text), .number(let text): try add(name, .text(text))
        case .bool(let flag): try add(name, .text(flag ? "true" : "false"))
        case .array(let elements): for element in elements { try add(name, element) }
        case .object(let object): try add(object, prefix: name + ".")
        }
    }
}

extension MalformedRequest {
    init(_ error: JSONError) {
        switch error {
        case .unexpected(let place), .invalidText(let place):
            self.init("The body is not valid JSON near byte \(place). Correct it and send it again.")
        case .endedEarly: self.init("The body is JSON that ends too early. Send all of it.")
        case .duplicateName(let name):
            self.init("The JSON names “\(String(name.prefix(40)))” twice. Give it once.")
        case .tooDeep: self.init("The JSON is nested too deeply. Flatten it.")
        case .tooManyValues: self.init("The request has too many fields. Send fewer.")
        }
    }
}

package enum PercentEncoding {
    /// Escapes all but the unreserved characters of RFC 3986 §2.3.
    package static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// Throws ``MalformedRequest`` for a broken escape or bytes that are not UTF-8.
    static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) throws -> String {
        let decoded = try bytes.withContiguousStorageIfAvailable { try unescape($0, plusIsSpace) }
            ?? Array(bytes).withUnsafeBufferPointer { try unescape($0, plusIsSpace) }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw MalformedRequest.notUTF8 }
        return text
    }

    private static func unescape(_ bytes: UnsafeBufferPointer<UInt8>, _ plusIsSpace: Bool) throws -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]), let low = hexDigit(bytes[index + 2])
                else { throw MalformedRequest("A percent sign is not followed by two digits. Encode it as %25.") }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
