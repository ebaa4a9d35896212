// SPDX-License-Identifier: Apache-2.0

/// Why a message cannot be signed, or its signature is refused.
package enum SignatureError: Error, Hashable, Sendable {
    /// There is no signature with this label.
    case missingSignature(String)
    /// A field is not what its standard says (RFC 9651, RFC 9421, RFC 9530).
    case malformed(String)
    /// A covered component is not in the message.
    case missingComponent(String)
    /// A component, or a parameter of one, that this implementation does not know.
    case unsupportedComponent(String)
    /// The signature does not cover a component that the verifier requires.
    case uncoveredComponent(String)
    /// The signature names no algorithm but Ed25519's, or another one.
    case unsupportedAlgorithm
    /// The key did not make this signature over this message.
    case invalidSignature
    /// The body is not the one that was signed.
    case digestMismatch
}
