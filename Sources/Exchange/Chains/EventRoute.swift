// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The enterprises that an event's cause has passed through, one token each, which only its own enterprise knows.
///
/// A token is eight random bytes and an HMAC of them under the enterprise's secret: an enterprise finds its own,
/// nobody else can tell whose it is, nor that two events passed through the same one.
package struct EventRoute: Hashable, Sendable, CustomStringConvertible {
    package static let saltLength = 8
    private static let macLength = 16

    package let tokens: [String]

    package init() { tokens = [] }

    /// Tokens separated by spaces, as in the `route` attribute.
    package init(_ text: String) {
        tokens = text.split(separator: " ").map(String.init)
    }

    private init(tokens: [String]) { self.tokens = tokens }

    package var description: String { tokens.joined(separator: " ") }

    /// Whether the enterprise with this secret is in the route: the event would go round in a loop.
    package func passes(_ secret: SymmetricKey) -> Bool {
        tokens.contains { token in
            guard let bytes = Base64URL.decode(token), bytes.count == Self.saltLength + Self.macLength else {
                return false
            }
            let salt = Array(bytes.prefix(Self.saltLength))
            return Self.mac(salt, secret).elementsEqual(bytes.dropFirst(Self.saltLength))
        }
    }

    /// The route after this enterprise; `salt` is `saltLength` random bytes.
    package func adding(_ secret: SymmetricKey, salt: [UInt8]) -> EventRoute {
        EventRoute(tokens: tokens + [Base64URL.encode(salt + Self.mac(salt, secret))])
    }

    private static func mac(_ salt: [UInt8], _ secret: SymmetricKey) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(for: Data("entente route v1\n".utf8) + salt, using: secret).prefix(
                macLength))
    }
}
