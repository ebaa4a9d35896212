// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Twelve digits that two administrators read to each other: the same on both sides exactly when both hold the same
/// two root keys and the same invitation.
package struct ShortCode: Hashable, Sendable, CustomStringConvertible {
    /// Twelve digits without spaces.
    package let digits: String

    package init(_ thumbprint: String, _ otherThumbprint: String, token: InvitationToken) {
        let (first, second) =
            thumbprint < otherThumbprint
            ? (thumbprint, otherThumbprint) : (otherThumbprint, thumbprint)
        var hash = SHA256()
        hash.update(data: Data("entente short code v1\n\(first)\n\(second)\n".utf8))
        hash.update(data: token.bytes)
        let number = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000_000_000
        let text = String(number)
        digits = String(repeating: "0", count: 12 - text.count) + text
    }

    /// In groups of four, to be read aloud.
    package var description: String {
        stride(from: 0, to: 12, by: 4).map { String(digits.dropFirst($0).prefix(4)) }.joined(separator: " ")
    }

    /// Whether what somebody typed is this code; anything but digits is overlooked.
    package func matches(_ typed: String) -> Bool {
        typed.filter { $0.isASCII && $0.isNumber } == digits
    }
}
