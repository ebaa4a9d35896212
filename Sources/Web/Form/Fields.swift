// SPDX-License-Identifier: Apache-2.0

/// Fields by name as they arrived, from a query, a form or a JSON object.
struct Fields: Sendable {
    enum Value: Sendable, Hashable {
        case text(String)
        case file(UploadedFile)
    }

    /// More fields than any form of ours has; beyond it a request is refused.
    static let limit = 1000

    private(set) var values: [String: [Value]] = [:]
    private var count = 0

    mutating func add(_ name: String, _ value: Value) throws {
        count += 1
        guard count <= Fields.limit else { throw MalformedRequest("The request has too many fields. Send fewer.") }
        values[name, default: []].append(value)
    }

    func texts(_ name: String) -> [String] {
        values[name, default: []].compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// What a form shows again: texts, and the names of files; no secrets.
    func shown(without secrets: Set<String>) -> [String: [String]] {
        values.filter { !secrets.contains($0.key) }.mapValues { values in
            values.map { value in
                switch value {
                case .text(let text): text
                case .file(let file): file.name
                }
            }
        }
    }

    /// Files that were really chosen: a browser sends an empty one for a field left alone.
    func files(_ name: String) -> [UploadedFile] {
        values[name, default: []].compactMap {
            if case .file(let file) = $0, !(file.name.isEmpty && file.bytes.isEmpty) { file } else { nil }
        }
    }
}

extension Fields {
    /// `application/x-www-form-urlencoded`, as the URL Standard decodes it, but invalid escapes and UTF-8 are refused.
    init(urlEncoded bytes: some Collection<UInt8>) throws {
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try PercentEncoding.decode(parts[0], plusIsSpace: true)
            let value = parts.count > 1 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            try add(name, .text(value))
        }
    }

    /// A JSON object: members are fields, arrays repeated fields, members of objects within are fields named `a.b`.
    init(json bytes: some Collection<UInt8>) throws {
        guard case .object(let members) = try JSON(parsing: bytes) else {
            throw MalformedRequest("The body is JSON but not an object. Send an object whose members are the fields.")
        }
        try add(members, prefix: "")
    }

    private mutating func add(_ members: [(name: String, value: JSON)], prefix: String) throws {
        for (name, value) in members {
            try add(prefix + name, value)
        }
    }

    private mutating func add(_ name: String, _ value: JSON) throws {
        switch value {
        case .null: break
        case .string(let text), .number(let text): try add(name, .text(text))
        case .bool(let flag): try add(name, .text(flag ? "true" : "false"))
        case .array(let elements): for element in elements { try add(name, element) }
        case .object(let members): try add(members, prefix: name + ".")
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
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                    throw MalformedRequest("A percent sign is not followed by two digits. Encode it as %25.")
                }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw MalformedRequest.notUTF8 }
        return text
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
