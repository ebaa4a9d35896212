// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import HTTPMessageSignatures

@Suite("What a signature covers cannot be changed")
struct TamperingTests {
    let key = Curve25519.Signing.PrivateKey()
    let covered: [Component] = [.method, .targetURI, .contentDigest, .contentType]

    func signed() throws -> HTTPMessage {
        var message = HTTPMessage.request(
            method: "POST", targetURI: "https://example.com/inbox?a=1",
            fields: [
                Field("Content-Type", "application/json"),
                Field("Content-Digest", ContentDigest.value(for: Data("{}".utf8))),
            ])
        let parameters = SignatureParameters(
            components: covered, created: 1, expires: 2, nonce: "n", algorithm: "ed25519", keyID: "k", tag: "t")
        message.fields += try MessageSignature.sign(message, label: "a", parameters, key: key)
        return message
    }

    func verify(_ message: HTTPMessage, answering request: HTTPMessage? = nil) throws {
        try MessageSignature(label: "a", in: message).verify(
            message, answering: request, requiring: covered, key: key.publicKey)
    }

    @Test("an untouched message verifies")
    func untouched() throws {
        try verify(signed())
    }

    @Test("changing any byte of any covered field, or of either signature field, is refused")
    func everyByte() throws {
        let message = try signed()
        for (index, field) in message.fields.enumerated() {
            for offset in field.value.utf8.indices {
                var bytes = Array(field.value.utf8)
                let position = field.value.utf8.distance(from: field.value.utf8.startIndex, to: offset)
                bytes[position] = bytes[position] == UInt8(ascii: "z") ? UInt8(ascii: "y") : UInt8(ascii: "z")
                var changed = message
                changed.fields[index].value = String(decoding: bytes, as: UTF8.self)
                #expect(throws: SignatureError.self, "\(field.name) at \(position)") { try verify(changed) }
            }
        }
    }

    @Test("another method, scheme, host, path or query is refused")
    func startLine() throws {
        var message = try signed()
        message.start = .request(method: "PUT", targetURI: "https://example.com/inbox?a=1")
        #expect(throws: SignatureError.invalidSignature) { try verify(message) }
        for uri in ["http://example.com/inbox?a=1", "https://example.org/inbox?a=1", "https://example.com/inbox?a=2"] {
            message.start = .request(method: "POST", targetURI: uri)
            #expect(throws: SignatureError.invalidSignature) { try verify(message) }
        }
    }

    @Test("leaving out any covered field is refused, and so is covering less than is required")
    func omissions() throws {
        let message = try signed()
        for index in message.fields.indices {
            var changed = message
            changed.fields.remove(at: index)
            #expect(throws: SignatureError.self) { try verify(changed) }
        }
        for index in covered.indices {
            var fewer = covered
            fewer.remove(at: index)
            var changed = message
            changed.fields.removeLast(2)
            changed.fields += try MessageSignature.sign(
                changed, label: "a", SignatureParameters(components: fewer), key: key)
            #expect(throws: SignatureError.uncoveredComponent(covered[index].name)) { try verify(changed) }
        }
    }

    @Test("a second line of a covered field is refused")
    func secondLine() throws {
        var message = try signed()
        message.fields.append(Field("content-type", "text/plain"))
        #expect(throws: SignatureError.invalidSignature) { try verify(message) }
    }

    @Test(
        "signature fields that are no structured fields are refused, never a crash",
        arguments: [
            "", "a", "a=", "a=1", "a=(\"@method\"", "a=(1 2)", "a=();created=\"x\"", "a=(\"x\" \"x\")", "a=(\"X\")",
            "a=(\"x\";sf)", "a=(\"@signature-params\")", "a=(\"@method\";req)", "\u{0}", "a=:=:", "é",
        ])
    func malformed(input: String) throws {
        var message = try signed()
        message.fields[2].value = input
        #expect(throws: SignatureError.self) { try verify(message) }
    }

    @Test("a signature whose base 64 has other unused bits is refused, so that it has one form only")
    func oneForm() throws {
        var message = try signed()
        let next: [Character: Character] = ["A": "B", "Q": "R", "g": "h", "w": "x"]
        let value = message.fields[3].value
        let last = try #require(value.dropLast(3).last)
        message.fields[3].value = value.dropLast(4) + String(try #require(next[last])) + "==:"
        #expect(throws: SignatureError.malformed("signature")) { try verify(message) }
    }

    @Test("a response is bound to the request that it answers")
    func response() throws {
        let request = try signed()
        var response = HTTPMessage.response(
            status: 202, fields: [Field("Content-Digest", ContentDigest.value(for: Data()))])
        let components: [Component] = [
            .status, .contentDigest, Component.contentDigest.ofRequest,
            Component("signature", key: "a", isOfRequest: true),
        ]
        response.fields += try MessageSignature.sign(
            response, answering: request, label: "b", SignatureParameters(components: components), key: key)
        let signature = try MessageSignature(label: "b", in: response)
        try signature.verify(response, answering: request, requiring: components, key: key.publicKey)
        #expect(throws: SignatureError.invalidSignature) {
            try signature.verify(response, answering: signedElsewhere(), key: key.publicKey)
        }
        #expect(throws: SignatureError.missingComponent("content-digest")) {
            try signature.verify(response, answering: nil, key: key.publicKey)
        }
    }

    func signedElsewhere() throws -> HTTPMessage {
        var message = try signed()
        message.fields.removeLast(2)
        message.fields += try MessageSignature.sign(
            message, label: "a", SignatureParameters(components: covered, nonce: "other"), key: key)
        return message
    }

    @Test("one member of a dictionary field can be covered alone")
    func member() throws {
        let message = HTTPMessage.request(
            method: "GET", targetURI: "/", fields: [Field("Example", " a=1,  b=2;x=1;y=2, c=(a   b)")])
        #expect(try Component("example", key: "b").value(in: message, answering: nil) == "2;x=1;y=2")
        #expect(try Component("example", key: "c").value(in: message, answering: nil) == "(a b)")
        #expect(throws: SignatureError.missingComponent("example")) {
            try Component("example", key: "d").value(in: message, answering: nil)
        }
    }
}
