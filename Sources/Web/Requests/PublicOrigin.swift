// SPDX-License-Identifier: Apache-2.0

/// Scheme, host and port under which the world reaches this node, such as `https://crm.velora.example`.
package struct PublicOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at the end.
    package let url: String
    /// Host and port as in a `Host` field.
    package let authority: String
    package let isHTTPS: Bool

    /// Reads `https://host`, or `http://host:port`; `nil` where there is a path or no host.
    package init?(_ text: String) {
        let url = text.lowercased().hasSuffix("/") ? String(text.lowercased().dropLast()) : text.lowercased()
        guard let match = url.wholeMatch(of: /(https?):\/\/((?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)/) else {
            return nil
        }
        self.url = url
        authority = String(match.2)
        isHTTPS = match.1 == "https"
    }

    package var description: String { url }
}
