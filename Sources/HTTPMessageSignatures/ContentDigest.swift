// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import RawStructuredFieldValues

/// The `Content-Digest` field (RFC 9530) with SHA-256.
package enum ContentDigest {
    package static let fieldName = "content-digest"

    /// `sha-256=:…:` over the raw bytes of a body.
    package static func value(for body: some DataProtocol) -> String {
        "sha-256=:\(Data(SHA256.hash(data: body)).base64EncodedString()):"
    }

    /// Refuses a body that is not the one whose digest the field holds; a field without SHA-256 is refused too.
    package static func check(_ field: String, matches body: some DataProtocol) throws(SignatureError) {
        let members = try Dictionary.parse(field, named: fieldName)
        guard case .item(let item)? = members["sha-256"],
            case .undecodedByteSequence(let encoded) = item.rfc9651BareItem, let digest = Data(canonicalBase64: encoded)
        else { throw .malformed(fieldName) }
        guard SHA256.hash(data: body) == digest else { throw .digestMismatch }
    }
}
