// SPDX-License-Identifier: Apache-2.0

/// One header field as it stands in a message; several fields of one name are allowed.
package struct Field: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a signature can cover of an HTTP message: its start line and its header fields (RFC 9421, section 2).
///
/// A request is given its *whole* target URI as the verifier knows it from its own configuration, so that no
/// forwarded header can change what was signed.
package struct HTTPMessage: Hashable, Sendable {
    package enum Start: Hashable, Sendable {
        case request(method: String, targetURI: String)
        case response(status: Int)
    }

    package var start: Start
    package var fields: [Field]

    package static func request(method: String, targetURI: String, fields: [Field]) -> HTTPMessage {
        HTTPMessage(start: .request(method: method, targetURI: targetURI), fields: fields)
    }

    package static func response(status: Int, fields: [Field]) -> HTTPMessage {
        HTTPMessage(start: .response(status: status), fields: fields)
    }

    /// The combined value of a field: each line without outer white space, joined by a comma and a space
    /// (RFC 9421, section 2.1); nil when the message has no such field.
    package subscript(field name: String) -> String? {
        let name = name.lowercased()
        let values = fields.lazy.filter { $0.name.lowercased() == name }.map { $0.value.withoutOuterWhitespace }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}

extension String {
    /// Without optional white space at both ends, and with obsolete line folding replaced by one space.
    var withoutOuterWhitespace: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        let unfolded =
            utf8.contains(0x0A) ? split { $0.isNewline }.map(\.withoutOuterSpaces).joined(separator: " ") : self
        let bytes = unfolded.utf8
        guard let first = bytes.firstIndex(where: { !isSpace($0) }) else { return "" }
        guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(unfolded[first...last])
    }
}

extension Substring {
    fileprivate var withoutOuterSpaces: String { String(self).withoutOuterWhitespace }
}
