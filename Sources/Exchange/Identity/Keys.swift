// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// An Ed25519 key that signs: an enterprise's root key or one of its operational keys.
package struct SigningKey: Sendable {
    package let key: Curve25519.Signing.PrivateKey

    /// Takes its randomness from the system.
    package init() { key = Curve25519.Signing.PrivateKey() }

    /// From the 32 bytes that `rawRepresentation` gives.
    package init(rawRepresentation: [UInt8]) throws {
        key = try Curve25519.Signing.PrivateKey(rawRepresentation: rawRepresentation)
    }

    /// Secret: 32 bytes.
    package var rawRepresentation: [UInt8] { [UInt8](key.rawRepresentation) }

    package var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }
    package var thumbprint: String { verifyingKey.thumbprint }

    package func sign(_ bytes: [UInt8]) throws -> [UInt8] { [UInt8](try key.signature(for: bytes)) }
}

/// The public half of a `SigningKey`, known by its thumbprint.
package struct VerifyingKey: Sendable {
    package let key: Curve25519.Signing.PublicKey
    /// The JWK thumbprint (RFC 7638) with SHA-256; the `keyid` and `kid` everywhere.
    package let thumbprint: String

    init(_ key: Curve25519.Signing.PublicKey) {
        self.key = key
        thumbprint = JWKThumbprint.of(["crv": "Ed25519", "kty": "OKP", "x": Base64URL.encode(key.rawRepresentation)])
    }

    package init(rawRepresentation: [UInt8]) throws {
        self.init(try Curve25519.Signing.PublicKey(rawRepresentation: rawRepresentation))
    }

    /// A JWK (RFC 7517, RFC 8037): `{"kty":"OKP","crv":"Ed25519","x":…}`; other members are ignored.
    package init(jwk: JSONValue) throws(WireError) {
        guard let object = jwk.object, object["kty"] == "OKP", object["crv"] == "Ed25519",
            let x = object["x"]?.string.flatMap({ Base64URL.decode($0) }), x.count == 32
        else { throw WireError("jwk", .invalid("is not an Ed25519 key")) }
        do {
            try self.init(rawRepresentation: x)
        } catch {
            throw WireError("jwk", .invalid("is not an Ed25519 key"))
        }
    }

    package var rawRepresentation: [UInt8] { [UInt8](key.rawRepresentation) }

    package var jwk: JSONObject {
        ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(key.rawRepresentation))]
    }

    package func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: bytes)
    }
}

extension VerifyingKey: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.thumbprint == right.thumbprint }
    package func hash(into hasher: inout Hasher) { hasher.combine(thumbprint) }
}

/// RFC 7638: SHA-256 over a key's required members in lexicographic order, as base64url.
package enum JWKThumbprint {
    package static func of(_ requiredMembers: [String: String]) -> String {
        var object = JSONObject()
        for (name, value) in requiredMembers { object[name] = .string(value) }
        return Base64URL.encode(Data(SHA256.hash(data: JSONValue.object(object).canonicalBytes)))
    }
}
