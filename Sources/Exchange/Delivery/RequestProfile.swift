// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPMessageSignatures

/// How every request between enterprises is signed (RFC 9421 with Ed25519), and what a verifier insists on.
package enum RequestProfile {
    package static let label = "ent"
    package static let tag = "entente-v1"
    package static let algorithm = "ed25519"
    package static let destinationField = "entente-destination"
    /// Seconds between `created` and `expires`, at most.
    package static let lifetime: Int64 = 300
    /// Seconds by which `created` may differ from the verifier's clock.
    package static let clockDifference: Int64 = 300
    /// Seconds for which a nonce is remembered: the longest that one signature can be accepted.
    package static let nonceMemory: Int64 = 600
    /// Random bytes in a nonce.
    package static let nonceLength = 16

    /// The components of a request with a body, and of one without.
    package static func components(hasBody: Bool) -> [Component] {
        let always: [Component] = [.method, .targetURI]
        return always + (hasBody ? [.contentDigest, .contentType] : []) + [Component(destinationField)]
    }

    /// The header fields that a request needs besides those of its transport.
    /// - Parameter nonce: `nonceLength` random bytes, new for every request.
    package static func sign(
        method: String, targetURI: String, destination: Address, body: (contentType: String, bytes: [UInt8])?,
        key: SigningKey, now: WireTime, nonce: [UInt8]
    ) throws -> [Field] {
        var fields = [Field("Entente-Destination", destination.description)]
        if let body {
            fields.append(Field("Content-Type", body.contentType))
            fields.append(Field("Content-Digest", ContentDigest.value(for: body.bytes)))
        }
        let parameters = SignatureParameters(
            components: components(hasBody: body != nil), created: now.seconds, expires: now.seconds + lifetime,
            nonce: Base64URL.encode(nonce), algorithm: algorithm, keyID: key.thumbprint, tag: tag)
        let message = HTTPMessage.request(method: method, targetURI: targetURI, fields: fields)
        return fields + (try MessageSignature.sign(message, label: label, parameters, key: key.key))
    }

    /// Everything that can be checked before the key is known: the request's parts, its clock and its digest.
    /// - Parameters:
    ///   - message: its target URI is computed from the verifier's configured origin, never from the request.
    ///   - body: the raw bytes as received; nil for a request without a body.
    ///   - destination: the enterprise that the target URI belongs to.
    package static func read(
        _ message: HTTPMessage, body: [UInt8]?, destination: Address, now: WireTime
    ) throws(SignedRequestRefusal) -> UnverifiedRequest {
        let request = try readHead(message, hasBody: body != nil, destination: destination, now: now)
        if let body, let digest = message[field: ContentDigest.fieldName] {
            do throws(SignatureError) {
                try ContentDigest.check(digest, matches: body)
            } catch .digestMismatch {
                throw .wrongDigest
            } catch {
                throw .malformed(error)
            }
        }
        return request
    }

    /// As ``read(_:body:destination:now:)`` before the body has come: a signature covers its digest, not its bytes.
    package static func readHead(
        _ message: HTTPMessage, hasBody: Bool, destination: Address, now: WireTime
    ) throws(SignedRequestRefusal) -> UnverifiedRequest {
        let signature: MessageSignature
        do throws(SignatureError) {
            signature = try MessageSignature(label: label, in: message)
        } catch .missingSignature {
            throw .unsigned
        } catch {
            throw .malformed(error)
        }
        let parameters = signature.parameters
        guard let created = parameters.created, let expires = parameters.expires, let keyID = parameters.keyID,
            let nonce = parameters.nonce, (16...64).contains(nonce.utf8.count), keyID.utf8.count <= 64
        else { throw .incomplete }
        guard parameters.algorithm == algorithm, parameters.tag == tag else { throw .incomplete }
        for component in components(hasBody: hasBody) where !parameters.components.contains(component) {
            throw .uncovered(component.name)
        }
        guard expires > created, expires - created <= lifetime else { throw .badClock }
        guard abs(now.seconds - created) <= clockDifference, now.seconds <= expires else { throw .badClock }
        guard message[field: destinationField] == destination.description else { throw .misdirected }
        return UnverifiedRequest(message: message, signature: signature, keyID: keyID, nonce: nonce)
    }
}

/// A request whose form is right and whose signature waits for the key that it names.
package struct UnverifiedRequest: Sendable {
    package let message: HTTPMessage
    let signature: MessageSignature
    package let keyID: String
    package let nonce: String

    package func verify(with key: VerifyingKey) throws(SignedRequestRefusal) -> VerifiedRequest {
        guard key.thumbprint == keyID else { throw .unknownKey }
        do throws(SignatureError) {
            try signature.verify(message, key: key.key)
        } catch .invalidSignature {
            throw .invalidSignature
        } catch {
            throw .malformed(error)
        }
        return VerifiedRequest(message: message, keyID: keyID, nonce: nonce)
    }
}

/// A request that the owner of a key has signed. Whether its nonce is new is checked where nonces are kept.
package struct VerifiedRequest: Sendable {
    package let message: HTTPMessage
    package let keyID: String
    package let nonce: String
}

/// Why a request was not let in.
package enum SignedRequestRefusal: Error, Hashable, Sendable {
    case unsigned
    case malformed(SignatureError)
    /// A parameter is missing or has another value than the profile's.
    case incomplete
    case uncovered(String)
    /// Created or expiring outside the window: the clocks differ, or it is old.
    case badClock
    case wrongDigest
    case unknownKey
    case invalidSignature
    case replayed
    /// For another enterprise.
    case misdirected

    package var status: ExchangeStatus { self == .misdirected ? .misdirected : .unauthorized }

    /// For the sender's log: what to do about it, and nothing about who is linked.
    package var detail: String {
        switch self {
        case .unsigned: "Sign the request under the label «ent»."
        case .malformed(let error): "The signature cannot be read: \(error)."
        case .incomplete: "The signature needs created, expires, keyid, nonce, alg=\"ed25519\" and tag=\"entente-v1\"."
        case .uncovered(let component): "The signature must cover \(component)."
        case .badClock: "The signature is too old or from the future: compare the clocks."
        case .wrongDigest: "The body is not the one whose digest was sent."
        case .unknownKey, .invalidSignature: "No linked enterprise has signed this."
        case .replayed: "This nonce was used before: sign every request anew."
        case .misdirected: "This address does not serve that enterprise."
        }
    }
}
