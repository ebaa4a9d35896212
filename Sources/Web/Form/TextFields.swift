// SPDX-License-Identifier: Apache-2.0
import Storage

extension Form {
    /// Text that must be given.
    package mutating func text(_ name: String, label: Phrase? = nil, max: Int, multiline: Bool = false) -> String {
        describe(name, label, .string(maxLength: max, minLength: 1))
        guard let text = read(name, label, max: max, multiline: multiline) else {
            missing(name, label)
            return ""
        }
        return text
    }

    package mutating func optionalText(
        _ name: String, label: Phrase? = nil, max: Int, multiline: Bool = false
    ) -> String? {
        describe(name, label, .string(maxLength: max), isRequired: false)
        return read(name, label, max: max, multiline: multiline)
    }

    /// Text that is kept to the last space and shown to nobody, such as a password.
    package mutating func secret(_ name: String, label: Phrase? = nil, min: Int = 1, max: Int = 200) -> String {
        describe(name, label, .string(maxLength: max, minLength: min, format: "password"))
        guard let secret = single(name, label, trimming: false) else {
            missing(name, label)
            return ""
        }
        guard check(secret, name, self.label(name, label), max: max, multiline: false) else { return "" }
        guard secret.count >= min else {
            reject(name, "“\(self.label(name, label))” needs at least \(min) characters. Make it longer.")
            return ""
        }
        return secret
    }

    /// An e-mail address, checked for its shape only: one @ between two parts without spaces.
    package mutating func email(_ name: String, label: Phrase? = nil) -> String {
        describe(name, label, .string(maxLength: 254, format: "email"))
        guard let email = read(name, label, max: 254, multiline: false) else {
            missing(name, label)
            return ""
        }
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !email.contains(where: \.isWhitespace) else {
            reject(name, "“\(email)” is not an e-mail address. Write it like name@example.org.")
            return ""
        }
        return email
    }

    /// All the texts given under one name, such as tags or ticked boxes; empty ones are left out.
    package mutating func list(_ name: String, label: Phrase? = nil, max: Int = 200, count: Int = 100) -> [String] {
        describe(name, label, .list(.string(maxLength: max)), isRequired: false)
        let texts = fields.texts(name).map(\.trimmed).filter { !$0.isEmpty }
        guard texts.count <= count else {
            reject(name, "“\(self.label(name, label))” may have at most \(count) values. Remove some.")
            return []
        }
        for text in texts where !check(text, name, self.label(name, label), max: max, multiline: false) { return [] }
        return texts
    }

    private mutating func read(_ name: String, _ label: Phrase?, max: Int, multiline: Bool) -> String? {
        guard let text = single(name, label) else { return nil }
        // Browsers send CR LF for a line break (HTML, form submission); we keep LF.
        let kept = text.utf8.contains(13) ? text.withLineFeeds : text
        return check(kept, name, self.label(name, label), max: max, multiline: multiline) ? kept : nil
    }
}

extension String {
    /// With LF for each CR LF.
    fileprivate var withLineFeeds: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            if byte == 10, bytes.last == 13 { bytes.removeLast() }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
