// SPDX-License-Identifier: Apache-2.0

/// A header value with parameters: `form-data; name="photo"; filename="a.png"`.
struct MediaValue {
    /// In lower case.
    let type: String
    private(set) var parameters: [String: String] = [:]

    /// More parameters, and more values in a list, than any browser sends; what follows is left out.
    private static let limit = 32

    init(_ text: some StringProtocol) {
        var text = String(text)
        self = text.withUTF8 { MediaValue($0[...]) }
    }

    private init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        var end = Self.end(of: bytes, from: bytes.startIndex) { $0 == UInt8(ascii: ";") }
        type = Self.text(bytes[..<end], inLowerCase: true)
        for _ in 0..<Self.limit where end < bytes.endIndex {
            let start = end + 1
            let sign = Self.end(of: bytes, from: start) { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") }
            end = sign
            guard sign < bytes.endIndex, bytes[sign] == UInt8(ascii: "=") else { continue }
            let name = Self.text(bytes[start..<sign], inLowerCase: true)
            let value: String
            if sign + 1 < bytes.endIndex, bytes[sign + 1] == UInt8(ascii: "\"") {
                (value, end) = Self.quoted(bytes, from: sign + 2)
                end = Self.end(of: bytes, from: end) { $0 == UInt8(ascii: ";") }
            } else {
                end = Self.end(of: bytes, from: sign + 1) { $0 == UInt8(ascii: ";") }
                value = Self.text(bytes[(sign + 1)..<end])
            }
            if parameters[name] == nil { parameters[name] = value }
        }
    }

    /// Where the first byte is that stops it, or the end.
    private static func end(
        of bytes: Slice<UnsafeBufferPointer<UInt8>>, from start: Int, where stops: (UInt8) -> Bool
    ) -> Int {
        var index = start
        while index < bytes.endIndex, !stops(bytes[index]) { index += 1 }
        return index
    }

    /// Without white space at both ends.
    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, inLowerCase: Bool = false) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var (start, end) = (bytes.startIndex, bytes.endIndex)
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
        return inLowerCase ? text.lowercased() : text
    }

    /// Browsers escape a quotation mark as %22 and leave a backslash alone; RFC 9110 escapes with one.
    private static func quoted(
        _ bytes: Slice<UnsafeBufferPointer<UInt8>>, from start: Int
    ) -> (value: String, end: Int) {
        var value: [UInt8] = []
        var index = start
        while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\"") {
            let byte = bytes[index]
            let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            if byte == UInt8(ascii: "\\"), next == UInt8(ascii: "\"") || next == byte {
                value.append(next)
                index += 2
            } else if byte == UInt8(ascii: "%"), next == UInt8(ascii: "2"), index + 2 < bytes.endIndex,
                bytes[index + 2] == next
            {
                value.append(UInt8(ascii: "\""))
                index += 3
            } else {
                value.append(byte)
                index += 1
            }
        }
        return (String(decoding: value, as: UTF8.self), min(index + 1, bytes.endIndex))
    }

    /// The values of a list such as `Accept`, which commas divide.
    static func list(_ text: String) -> [MediaValue] {
        var text = text
        return text.withUTF8 { bytes in
            bytes.split(separator: UInt8(ascii: ","), maxSplits: limit).prefix(limit).map { MediaValue($0) }
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends. By code points: what looks for characters reads to the end of each, and one may
    /// have any number of marks.
    var trimmed: String {
        let scalars = unicodeScalars
        let rest = scalars.drop(while: \.properties.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(self[rest.startIndex..<scalars.index(after: last)])
    }
}
