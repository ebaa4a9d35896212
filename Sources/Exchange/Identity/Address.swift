// SPDX-License-Identifier: Apache-2.0

/// Where an enterprise is found: `host/slug`, with a port when it is not the scheme's own.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// In lower case, such as `crm.velora.example` or `127.0.0.1:8081`.
    package let host: String
    /// One to 40 of `a`–`z`, `0`–`9` and inner `-`.
    package let slug: String

    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(host: String(Substring(parts[0])), slug: String(Substring(parts[1])))
    }

    package init?(host: String, slug: String) {
        let host = host.lowercased()
        guard Self.isHost(host), Self.isSlug(slug) else { return nil }
        self.host = host
        self.slug = slug
    }

    package var description: String { "\(host)/\(slug)" }

    /// Whether the host is this very machine by its name: only then may it be plain HTTP, and only where configured.
    package var isLoopback: Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]"
            || name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// `https://host`, and `http://host` on loopback where the caller allows it.
    package func origin(allowingPlainLoopback: Bool) -> String {
        "\(allowingPlainLoopback && isLoopback ? "http" : "https")://\(host)"
    }

    /// Where the statement is served (RFC 8615).
    package var statementPath: String { "/.well-known/entente/\(slug)" }

    private static func isSlug(_ slug: String) -> Bool {
        (1...40).contains(slug.utf8.count) && isLabel(slug.utf8[...]) && !slug.utf8.contains { isUppercase($0) }
    }

    private static func isHost(_ host: String) -> Bool {
        guard (1...255).contains(host.utf8.count) else { return false }
        if host.utf8.first == UInt8(ascii: "[") {
            guard let close = host.utf8.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let inside = host[..<close].dropFirst()
            return inside.contains(":") && inside.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
                && isPort(host[close...].dropFirst())
        }
        let name = host.utf8.prefix { $0 != UInt8(ascii: ":") }
        return isPort(host[name.endIndex...])
            && name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy { (1...63).contains($0.count) && isLabel($0) }
    }

    /// ASCII letters, digits and inner hyphens. By bytes, because every link that is read passes here.
    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return label.first != hyphen && label.last != hyphen
            && label.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isUppercase(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
            }
    }

    private static func isUppercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        guard text.hasPrefix(":"), text.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
        return UInt16(text.dropFirst()).map { $0 > 0 } ?? false
    }
}
