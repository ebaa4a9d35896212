// SPDX-License-Identifier: Apache-2.0

/// Where an enterprise is found: `host/slug`, with a port when it is not the scheme's own.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// In lower case, such as `crm.velora.example` or `127.0.0.1:8081`.
    package let host: String
    /// One to 40 of `a`–`z`, `0`–`9` and inner `-`.
    package let slug: String

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(host: String(parts[0]), slug: String(parts[1]))
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
        (1...40).contains(slug.utf8.count) && !slug.hasPrefix("-") && !slug.hasSuffix("-")
            && slug.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
    }

    private static func isHost(_ host: String) -> Bool {
        guard (1...255).contains(host.utf8.count) else { return false }
        if host.hasPrefix("[") {
            let parts = host.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0].contains(":")
                && parts[0].allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") } && isPort(parts[1])
        }
        let name = host.prefix { $0 != ":" }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return isPort(host[name.endIndex...])
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }

    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        guard text.hasPrefix(":"), text.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
        return UInt16(text.dropFirst()).map { $0 > 0 } ?? false
    }
}
