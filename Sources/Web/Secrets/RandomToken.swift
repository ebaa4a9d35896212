// SPDX-License-Identifier: Apache-2.0
import Crypto
import Formats

/// 256 random bits for a link, a session or an API token. Give the text away once; store only its digest.
package struct RandomToken: Sendable {
    /// base64url without padding, 43 characters.
    package let text: String

    package init() { text = Base64URL.encode(Self.bytes()) }

    /// What is stored and looked up: SHA-256 of the text.
    package var digest: [UInt8] { Self.digest(of: text) }

    package static func digest(of text: String) -> [UInt8] { digest(of: Array(text.utf8)) }
    static func digest(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// 32 bytes from the system's generator.
    package static func bytes() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64) { Array($0) } }
    }
}
