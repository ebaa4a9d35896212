// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPMessageSignatures

/// How a response is signed over the request that it answers, so that each side can prove what was acknowledged.
package enum ResponseProfile {
    /// `content-digest;req` only when the request has a body.
    package static func components(requestHasBody: Bool) -> [Component] {
        [Component.status, .contentDigest, .contentType]
            + (requestHasBody ? [Component.contentDigest.ofRequest] : [])
            + [Component("signature", key: RequestProfile.label, isOfRequest: true)]
    }

    package static func sign(
        status: Int, contentType: String, body: [UInt8], answering request: HTTPMessage, key: SigningKey, now: WireTime
    ) throws -> [Field] {
        let fields = [Field("Content-Type", contentType), Field("Content-Digest", ContentDigest.value(for: body))]
        let parameters = SignatureParameters(
            components: components(requestHasBody: request[field: ContentDigest.fieldName] != nil),
            created: now.seconds, algorithm: RequestProfile.algorithm, keyID: key.thumbprint, tag: RequestProfile.tag)
        let message = HTTPMessage.response(status: status, fields: fields)
        return fields
            + (try MessageSignature.sign(
                message, answering: request, label: RequestProfile.label, parameters, key: key.key))
    }

    /// Refuses a response that the peer has not signed over this very request.
    /// - Parameter find: the peer's operational key with this thumbprint, if it is valid.
    package static func verify(
        status: Int, fields: [Field], body: [UInt8], answering request: HTTPMessage, now: WireTime,
        find: (_ keyID: String) throws -> VerifyingKey?
    ) throws {
        let message = HTTPMessage.response(status: status, fields: fields)
        let signature: MessageSignature
        do throws(SignatureError) {
            signature = try MessageSignature(label: RequestProfile.label, in: message)
        } catch {
            throw error == .missingSignature(RequestProfile.label) ? SignedRequestRefusal.unsigned : .malformed(error)
        }
        let parameters = signature.parameters
        guard let created = parameters.created, parameters.tag == RequestProfile.tag,
            parameters.algorithm == RequestProfile.algorithm, let keyID = parameters.keyID
        else { throw SignedRequestRefusal.incomplete }
        guard abs(now.seconds - created) <= RequestProfile.clockDifference else { throw SignedRequestRefusal.badClock }
        guard let key = try find(keyID), key.thumbprint == keyID else { throw SignedRequestRefusal.unknownKey }
        try ContentDigest.check(message[field: ContentDigest.fieldName] ?? "", matches: body)
        let required = components(requestHasBody: request[field: ContentDigest.fieldName] != nil)
        try signature.verify(message, answering: request, requiring: required, key: key.key)
    }
}
