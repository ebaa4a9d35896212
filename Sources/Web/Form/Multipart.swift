// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Fields {
    /// `multipart/form-data` (RFC 7578). A file beyond ``UploadedFile/limit`` is a 413.
    init(multipart body: [UInt8], boundary: String) throws {
        guard (1...70).contains(boundary.utf8.count) else { throw MalformedRequest.multipart }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may open the body without a line break before it.
        var reader = MultipartReader(bytes: body, delimiter: delimiter)
        guard reader.skip(Array("--\(boundary)".utf8)) || reader.skipPast(delimiter) else {
            throw MalformedRequest.multipart
        }
        while !reader.skip(Array("--".utf8)) {
            guard reader.skip(Array("\r\n".utf8)) else { throw MalformedRequest.multipart }
            let part = try reader.part()
            guard let name = part.name else { throw MalformedRequest.multipart }
            if let fileName = part.fileName {
                guard part.content.count <= UploadedFile.limit else {
                    throw TooLarge(limit: UploadedFile.limit, what: "A file")
                }
                let file = UploadedFile(
                    name: fileName, claimedType: part.type ?? "application/octet-stream", bytes: Array(part.content))
                try add(name, .file(file))
            } else {
                guard let text = String(validating: part.content, as: UTF8.self) else { throw MalformedRequest.notUTF8 }
                try add(name, .text(text))
            }
        }
    }
}

private struct MultipartPart {
    var name: String?
    var fileName: String?
    var type: String?
    var content: ArraySlice<UInt8> = []
}

private struct MultipartReader {
    let bytes: [UInt8]
    let delimiter: [UInt8]
    var position = 0

    init(bytes: [UInt8], delimiter: [UInt8]) {
        self.bytes = bytes
        self.delimiter = delimiter
    }

    mutating func skip(_ expected: [UInt8]) -> Bool {
        guard bytes[position...].starts(with: expected) else { return false }
        position += expected.count
        return true
    }

    mutating func skipPast(_ pattern: [UInt8]) -> Bool {
        guard let start = find(pattern) else { return false }
        position = start + pattern.count
        return true
    }

    mutating func part() throws -> MultipartPart {
        var part = MultipartPart()
        while !skip([13, 10]) {
            guard let end = find([13, 10]), end - position <= 8192,
                let line = String(validating: bytes[position..<end], as: UTF8.self)
            else { throw MalformedRequest.multipart }
            position = end + 2
            try read(header: line, into: &part)
        }
        guard let end = find(delimiter) else { throw MalformedRequest.multipart }
        part.content = bytes[position..<end]
        position = end + delimiter.count
        return part
    }

    private func read(header line: String, into part: inout MultipartPart) throws {
        let pieces = line.split(separator: ":", maxSplits: 1)
        guard pieces.count == 2 else { throw MalformedRequest.multipart }
        let value = MediaValue(pieces[1])
        switch pieces[0].lowercased() {
        case "content-disposition":
            part.name = value.parameters["name"]
            part.fileName = value.parameters["filename"].map { $0.isEmpty ? "" : FileName.safe($0) }
        case "content-type": part.type = value.type
        default: break
        }
    }

    private func find(_ pattern: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var start = position
            while start + pattern.count <= buffer.count {
                let rest = buffer.count - pattern.count - start + 1
                guard let first = memchr(base + start, Int32(pattern[0]), rest) else { return nil }
                if memcmp(first, pattern, pattern.count) == 0 { return UnsafeRawPointer(first) - base }
                start = UnsafeRawPointer(first) - base + 1
            }
            return nil
        }
    }
}

/// A header value with parameters: `form-data; name="photo"; filename="a.png"`.
struct MediaValue {
    let type: String
    private(set) var parameters: [String: String] = [:]

    init(_ text: some StringProtocol) {
        var rest = Substring(text)
        type = rest.prefix { $0 != ";" }.trimmed.lowercased()
        rest = rest.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }.trimmed.lowercased()
            rest = rest.drop { $0 != "=" && $0 != ";" }
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    // Browsers escape a quotation mark as %22 and leave a backslash alone; RFC 9110 escapes with one.
                    if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                        value.append(rest.removeFirst())
                    } else {
                        value.append(character)
                    }
                }
                value.replace("%22", with: "\"")
                rest = rest.drop { $0 != ";" }
            } else {
                value = rest.prefix { $0 != ";" }.trimmed
                rest = rest.drop { $0 != ";" }
            }
            if parameters[name] == nil { parameters[name] = value }
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
