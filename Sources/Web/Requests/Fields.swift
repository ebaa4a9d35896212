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

    mutating func add(_ name: String, _ value: Value) throws { try add(name, [value]) }

    private mutating func add(_ name: String, _ some: [Value]) throws {
        try Self.check(name)
        count += 1
        guard count <= Fields.limit else { throw MalformedRequest("The request has too many fields. Send fewer.") }
        values[name, default: []] += some
    }

    /// Whether texts of this name were sent, be they empty or an empty list.
    func isSent(_ name: String) -> Bool { values[name].map { $0.isEmpty || !texts(name).isEmpty } ?? false }

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
        case .array(let elements):
            if elements.isEmpty { try add(name, [Value]()) }
            for element in elements { try add(name, element) }
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
