// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPMessageSignatures
import Testing

@testable import Exchange

@Suite("One request")
struct RequestProfileTests {
    let key: SigningKey
    let target = "https://kraft.example/kraft-drives/exchange/inbox"
    let body = Batch.encode([Sample.event(1).bytes])

    init() throws { key = try Sample.key(1) }

    func signed(_ body: [UInt8]? = nil, at time: WireTime = Sample.now, destination: Address = Sample.kraft) throws
        -> HTTPMessage
    {
        let body = body ?? self.body
        return HTTPMessage.request(
            method: "POST", targetURI: target,
            fields: try RequestProfile.sign(
                method: "POST", targetURI: target, destination: destination, body: (Batch.contentType, body), key: key,
                now: time, nonce: [UInt8](repeating: 7, count: 16)))
    }

    @discardableResult
    func verify(
        _ message: HTTPMessage, body: [UInt8]? = nil, at now: WireTime = Sample.now
    ) throws -> VerifiedRequest {
        let claimed = try RequestProfile.read(message, body: body ?? self.body, destination: Sample.kraft, now: now)
        guard claimed.keyID == key.thumbprint else { throw SignedRequestRefusal.unknownKey }
        return try claimed.verify(with: key.verifyingKey)
    }

    @Test("a request as the profile has it is let in, under the name of the linked enterprise")
    func accepted() throws {
        #expect(try verify(signed()).keyID == key.thumbprint)
    }

    @Test("leaving any required component uncovered is refused, whatever else is covered")
    func uncovered() throws {
        let required = RequestProfile.components(hasBody: true)
        #expect(
            required.map(\.name) == ["@method", "@target-uri", "content-digest", "content-type", "entente-destination"])
        for missing in required {
            var message = try signed()
            message.fields.removeLast(2)
            message.fields += try MessageSignature.sign(
                message, label: "ent", parameters(components: required.filter { $0 != missing }), key: key.key)
            #expect(throws: SignedRequestRefusal.uncovered(missing.name)) { try verify(message) }
        }
    }

    func parameters(
        components: [Component] = RequestProfile.components(hasBody: true), created: Int64? = Sample.now.seconds,
        expires: Int64? = Sample.now.seconds + 300, nonce: String? = "0123456789abcdef", algorithm: String? = "ed25519",
        keyID: String? = nil, tag: String? = "entente-v1"
    ) -> SignatureParameters {
        SignatureParameters(
            components: components, created: created, expires: expires, nonce: nonce, algorithm: algorithm,
            keyID: keyID ?? key.thumbprint, tag: tag)
    }

    @Test("every parameter of the signature is required and has to be the profile's")
    func parametersRequired() throws {
        let wrong = [
            parameters(created: nil), parameters(expires: nil), parameters(nonce: nil), parameters(nonce: "short"),
            parameters(nonce: String(repeating: "n", count: 65)), parameters(algorithm: nil),
            parameters(algorithm: "rsa-v1_5-sha256"), parameters(tag: nil), parameters(tag: "other"),
        ]
        for wrong in wrong {
            var message = try signed()
            message.fields.removeLast(2)
            message.fields += try MessageSignature.sign(message, label: "ent", wrong, key: key.key)
            #expect(throws: SignedRequestRefusal.incomplete) { try verify(message) }
        }
    }

    @Test("a signature lives at most 300 seconds and its time is within 300 seconds of ours")
    func clocks() throws {
        for offset: Int64 in [-300, -1, 0, 1, 299, 300] {
            #expect(throws: Never.self) { try verify(signed(), at: Sample.now + offset) }
        }
        for offset: Int64 in [-301, 301, 100_000] {
            #expect(throws: SignedRequestRefusal.badClock) { try verify(signed(), at: Sample.now + offset) }
        }
        for lifetime: Int64 in [-1, 0, 301, 86_400] {
            var message = try signed()
            message.fields.removeLast(2)
            message.fields += try MessageSignature.sign(
                message, label: "ent", parameters(expires: Sample.now.seconds + lifetime), key: key.key)
            #expect(throws: SignedRequestRefusal.badClock) { try verify(message) }
        }
    }

    @Test("a signature cannot be accepted for longer than its nonce is remembered")
    func nonceOutlivesSignature() {
        #expect(RequestProfile.clockDifference + RequestProfile.lifetime <= RequestProfile.nonceMemory)
    }

    @Test("a changed body, an unknown key, a foreign signature and another enterprise are refused")
    func refused() throws {
        #expect(throws: SignedRequestRefusal.wrongDigest) { try verify(signed(), body: body + [0x20]) }
        #expect(throws: SignedRequestRefusal.misdirected) { try verify(signed(destination: Sample.velora)) }
        var message = try signed()
        message.fields.removeLast(2)
        #expect(throws: SignedRequestRefusal.unsigned) { try verify(message) }
        let other = try Sample.key(2)
        var forged = message
        forged.fields += try MessageSignature.sign(message, label: "ent", parameters(), key: other.key)
        #expect(throws: SignedRequestRefusal.invalidSignature) { try verify(forged) }
        var stranger = message
        stranger.fields += try MessageSignature.sign(
            message, label: "ent", parameters(keyID: other.thumbprint), key: other.key)
        #expect(throws: SignedRequestRefusal.unknownKey) { try verify(stranger) }
    }

    @Test("a request that reached another path, method or host than was signed is refused")
    func anotherTarget() throws {
        for (method, uri) in [
            ("PUT", target), ("POST", target + "/"), ("POST", target + "?x"),
            ("POST", target.replacing("https", with: "http")), ("POST", target.replacing("kraft.", with: "evil.")),
        ] {
            var message = try signed()
            message.start = .request(method: method, targetURI: uri)
            #expect(throws: SignedRequestRefusal.invalidSignature) { try verify(message) }
        }
    }

    @Test("a request without a body covers no digest, and cannot pass for one with a body")
    func bodyless() throws {
        let message = HTTPMessage.request(
            method: "GET", targetURI: target,
            fields: try RequestProfile.sign(
                method: "GET", targetURI: target, destination: Sample.kraft, body: nil, key: key, now: Sample.now,
                nonce: [UInt8](repeating: 7, count: 16)))
        let read = try RequestProfile.read(message, body: nil, destination: Sample.kraft, now: Sample.now)
        #expect(throws: Never.self) { try read.verify(with: key.verifyingKey) }
        #expect(throws: SignedRequestRefusal.uncovered("content-digest")) {
            try RequestProfile.read(message, body: [], destination: Sample.kraft, now: Sample.now)
        }
    }

    @Test("a response is signed over this very request and nothing of it can be changed")
    func response() throws {
        let request = try signed()
        let receipts = Receipts([Receipt(id: "1", status: .stored, outcome: .applied)]).json.bytes
        let peer = try Sample.key(3)
        let fields = try ResponseProfile.sign(
            status: 202, contentType: Receipts.contentType, body: receipts, answering: request, key: peer,
            now: Sample.now)
        func verify(_ status: Int, _ fields: [Field], _ body: [UInt8], _ request: HTTPMessage) throws {
            try ResponseProfile.verify(
                status: status, fields: fields, body: body, answering: request, now: Sample.now,
                find: { $0 == peer.thumbprint ? peer.verifyingKey : nil })
        }
        try verify(202, fields, receipts, request)
        #expect(throws: (any Error).self) { try verify(200, fields, receipts, request) }
        #expect(throws: (any Error).self) { try verify(202, fields, receipts + [0x20], request) }
        #expect(throws: (any Error).self) { try verify(202, fields, receipts, signed([0x5B, 0x5D])) }
        #expect(throws: (any Error).self) { try verify(202, fields, receipts, signed(at: Sample.now + 1)) }
        for index in fields.indices {
            var fewer = fields
            fewer.remove(at: index)
            #expect(throws: (any Error).self) { try verify(202, fewer, receipts, request) }
        }
    }
}
