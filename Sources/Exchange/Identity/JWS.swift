// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A signed text in JWS compact form (RFC 7515) with EdDSA (RFC 8037), read but not yet verified.
package struct JWS: Hashable, Sendable {
    package enum Failure: Error, Hashable, Sendable {
        case malformed
        case wrongType(expected: String)
        case unsupportedAlgorithm
        case invalidSignature
    }

    /// The `typ` of the header.
    package let type: String
    /// The thumbprint of the key that is said to have signed.
    package let keyID: String
    package let payload: [UInt8]
    private let signedBytes: [UInt8]
    private let signature: [UInt8]

    package static func sign(_ payload: [UInt8], type: String, key: SigningKey) throws -> String {
        let header: JSONValue = .object(["alg": "EdDSA", "kid": .string(key.thumbprint), "typ": .string(type)])
        let signed = "\(Base64URL.encode(header.bytes)).\(Base64URL.encode(payload))"
        return "\(signed).\(Base64URL.encode(try key.sign([UInt8](signed.utf8))))"
    }

    package init(_ compact: String, type: String) throws(Failure) {
        let parts = compact.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), let header = Self.object(headerBytes)
        else { throw .malformed }
        guard header["alg"] == "EdDSA", header["crit"] == nil else { throw .unsupportedAlgorithm }
        guard header["typ"]?.string == type else { throw .wrongType(expected: type) }
        guard let keyID = header["kid"]?.string else { throw .malformed }
        self.type = type
        self.keyID = keyID
        self.payload = payload
        self.signature = signature
        signedBytes = [UInt8]("\(parts[0]).\(parts[1])".utf8)
    }

    package func verify(with key: VerifyingKey) throws(Failure) {
        guard keyID == key.thumbprint, key.isValid(signature, for: signedBytes) else { throw .invalidSignature }
    }

    private static func object(_ bytes: [UInt8]) -> JSONObject? {
        do throws(JSONError) { return try JSONValue(parsing: bytes).object } catch { return nil }
    }
}
