// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import HTTPMessageSignatures

/// The test request, key and signature of RFC 9421, appendix B.
enum Vector {
    static let signature = """
        wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==
        """
    static let input = """
        sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")\
        ;created=1618884473;keyid="test-key-ed25519"
        """
    static let request = HTTPMessage.request(
        method: "POST", targetURI: "https://example.com/foo?param=Value&Pet=dog",
        fields: [
            Field("Host", "example.com"), Field("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            Field("Content-Type", "application/json"), Field("Content-Length", "18"),
            Field("Signature-Input", input), Field("Signature", "sig-b26=:\(signature):"),
        ])

    static func privateKey() throws -> Curve25519.Signing.PrivateKey {
        let seed = try #require(Data(base64Encoded: "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="))
        return try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    }
}

@Suite("RFC 9421 and RFC 9530 by their own examples")
struct VectorTests {
    @Test("the Ed25519 signature of appendix B.2.6 verifies")
    func verifiesVector() throws {
        let key = try Vector.privateKey().publicKey
        #expect(Data(key.rawRepresentation).base64EncodedString() == "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
        try MessageSignature(label: "sig-b26", in: Vector.request).verify(Vector.request, key: key)
    }

    @Test("signing the request of appendix B.2.6 gives its signature base and its Signature-Input")
    func signsVector() throws {
        let parameters = SignatureParameters(
            components: [Component("date"), .method, .path, .authority, .contentType, Component("content-length")],
            created: 1_618_884_473, keyID: "test-key-ed25519")
        let base = try SignatureBase.bytes(
            of: parameters.components, input: parameters.innerList, in: Vector.request, answering: nil)
        #expect(
            String(decoding: base, as: UTF8.self) == """
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@method": POST
                "@path": /foo
                "@authority": example.com
                "content-type": application/json
                "content-length": 18
                "@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
                ;created=1618884473;keyid="test-key-ed25519"
                """)
        let fields = try MessageSignature.sign(
            Vector.request, label: "sig-b26", parameters, key: Vector.privateKey())
        #expect(fields[0] == Field("Signature-Input", Vector.input))
    }

    @Test("the SHA-256 digest of RFC 9530's example is the one it prints")
    func contentDigest() throws {
        let body = Data("{\"hello\": \"world\"}\n".utf8)
        let field = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        #expect(ContentDigest.value(for: body) == field)
        try ContentDigest.check(field, matches: body)
        #expect(throws: SignatureError.digestMismatch) { try ContentDigest.check(field, matches: Data("{}".utf8)) }
    }

    @Test(
        "derived components have the values of RFC 9421, section 2.2",
        arguments: [
            ("@method", "POST"), ("@target-uri", "https://www.Example.com:443/path?param=value&foo=bar&baz=batman"),
            ("@authority", "www.example.com"), ("@scheme", "https"), ("@path", "/path"),
            ("@query", "?param=value&foo=bar&baz=batman"),
            ("@request-target", "/path?param=value&foo=bar&baz=batman"),
        ])
    func derived(name: String, value: String) throws {
        let request = HTTPMessage.request(
            method: "POST", targetURI: "https://www.Example.com:443/path?param=value&foo=bar&baz=batman", fields: [])
        #expect(try Component(name).value(in: request, answering: nil) == value)
    }

    @Test("an empty path is a slash and an absent query a question mark")
    func emptyParts() throws {
        let request = HTTPMessage.request(method: "GET", targetURI: "http://example.com", fields: [])
        #expect(try Component.path.value(in: request, answering: nil) == "/")
        #expect(try Component.query.value(in: request, answering: nil) == "?")
    }

    @Test("lines of one field are joined and trimmed, and folding becomes a space")
    func fieldValues() throws {
        let message = HTTPMessage.request(
            method: "GET", targetURI: "http://example.com/",
            fields: [
                Field("X-List", "  a, b "), Field("x-list", "c\t"), Field("X-Fold", "one\r\n  two"),
                Field("X-Empty", ""),
            ])
        #expect(message[field: "X-LIST"] == "a, b, c")
        #expect(message[field: "x-fold"] == "one two")
        #expect(message[field: "x-empty"] == "")
        #expect(message[field: "x-absent"] == nil)
    }
}
