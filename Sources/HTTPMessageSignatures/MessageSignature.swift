// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import RawStructuredFieldValues

/// An HTTP Message Signature (RFC 9421) with Ed25519, found in a message but not yet verified.
package struct MessageSignature: Hashable, Sendable {
    package let label: String
    package let parameters: SignatureParameters
    package let bytes: [UInt8]
    /// `@signature-params` as the signer wrote it, in canonical form; unknown parameters included.
    private let input: InnerList

    /// Reads the signature with this label; nothing is verified yet.
    package init(label: String, in message: HTTPMessage) throws(SignatureError) {
        guard let inputField = message[field: "signature-input"], let signatureField = message[field: "signature"],
            case .innerList(let input)? = try Dictionary.parse(inputField, named: "signature-input")[label],
            case .item(let item)? = try Dictionary.parse(signatureField, named: "signature")[label]
        else { throw .missingSignature(label) }
        // Only the canonical encoding, so that a signature has one form.
        guard case .undecodedByteSequence(let encoded) = item.rfc9651BareItem, let bytes = Data(canonicalBase64: encoded)
        else { throw .malformed("signature") }
        self.label = label
        self.input = input
        self.bytes = [UInt8](bytes)
        parameters = try SignatureParameters(input)
    }

    /// Returns when `key` made this signature over these parts of the message; a `;req` component is taken from
    /// `request`, which must be the request that the message answers.
    package func verify(
        _ message: HTTPMessage, answering request: HTTPMessage? = nil, requiring required: [Component] = [],
        key: Curve25519.Signing.PublicKey
    ) throws(SignatureError) {
        for component in required where !parameters.components.contains(component) {
            throw .uncoveredComponent(component.name)
        }
        guard parameters.algorithm == nil || parameters.algorithm == "ed25519" else { throw .unsupportedAlgorithm }
        let base = try SignatureBase.bytes(
            of: parameters.components, input: input, in: message, answering: request)
        guard key.isValidSignature(bytes, for: base) else { throw .invalidSignature }
    }

    /// The two fields, `Signature-Input` and `Signature`, that sign a message under a label.
    package static func sign(
        _ message: HTTPMessage, answering request: HTTPMessage? = nil, label: String, _ parameters: SignatureParameters,
        key: Curve25519.Signing.PrivateKey
    ) throws -> [Field] {
        let input = parameters.innerList
        let base = try SignatureBase.bytes(of: parameters.components, input: input, in: message, answering: request)
        let encoded = try key.signature(for: base).base64EncodedString()
        var inputs = Dictionary.Members()
        inputs[label] = .innerList(input)
        return [
            Field("Signature-Input", try Dictionary.serialize(inputs, named: "signature-input")),
            Field("Signature", "\(label)=:\(encoded):"),
        ]
    }
}

/// The text that is signed (RFC 9421, section 2.5).
enum SignatureBase {
    static func bytes(
        of components: [Component], input: InnerList, in message: HTTPMessage, answering request: HTTPMessage?
    ) throws(SignatureError) -> [UInt8] {
        var base = ""
        for (component, item) in zip(components, input.bareInnerList) {
            base += try Dictionary.serialize(.item(item), named: component.name)
            base += ": "
            base += try component.value(in: message, answering: request)
            base += "\n"
        }
        base += "\"@signature-params\": "
        base += try Dictionary.serialize(.innerList(input), named: "signature-input")
        return [UInt8](base.utf8)
    }
}
