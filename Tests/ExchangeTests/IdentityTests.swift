// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Exchange

@Suite("Identity")
struct IdentityTests {
    @Test("the thumbprints of RFC 7638 and RFC 8037 come out as printed")
    func thumbprints() throws {
        let n = """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o\
            knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHz\
            u6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8\
            awapJzKnqDKgw
            """
        #expect(
            JWKThumbprint.of(["kty": "RSA", "n": n, "e": "AQAB"]) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        let key = try VerifyingKey(
            jwk: .object(["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]))
        #expect(key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test(
        "an address is host and slug",
        arguments: [
            ("velora.example/velora", true), ("127.0.0.1:8081/spoke-co", true), ("[::1]:8080/a", true),
            ("LOCALHOST/a", true),
            ("velora.example", false), ("velora.example/", false), ("/velora", false), ("a/b/c", false),
            ("a b/c", false),
            ("a/-b", false), ("a/B", false), ("a:0/b", false), ("a:65536/b", false), ("a:x/b", false),
            ("user@a/b", false),
            ("a..b/c", false), ("https://a/b", false), ("[::1/b", false), ("a?x/b", false),
        ])
    func addresses(text: String, isValid: Bool) {
        #expect((Address(text) != nil) == isValid)
    }

    @Test("only this machine's own names may be reached without TLS, and only where that is allowed")
    func loopback() throws {
        #expect(try #require(Address("127.0.0.1:80/a")).origin(allowingPlainLoopback: true) == "http://127.0.0.1:80")
        #expect(try #require(Address("[::1]:80/a")).origin(allowingPlainLoopback: true) == "http://[::1]:80")
        #expect(try #require(Address("127.0.0.1/a")).origin(allowingPlainLoopback: false) == "https://127.0.0.1")
        for other in ["velora.example/a", "127.evil.example/a", "localhost.evil.example/a", "10.0.0.1/a"] {
            #expect(try #require(Address(other)).origin(allowingPlainLoopback: true).hasPrefix("https://"))
        }
    }

    @Test("a statement is signed by its root, keeps what it does not know, and gives valid keys only")
    func statements() throws {
        let root = try Sample.key(1)
        let key = try Sample.key(2)
        var statement = Sample.statement(root: root, key: key)
        statement.unknown["vat"] = "BE0123"
        let read = try Statement.verify(statement.signed(by: root), pinned: root.thumbprint)
        #expect(read == statement)
        #expect(read.unknown["vat"] == "BE0123")
        #expect(read.key(key.thumbprint, at: Sample.now) != nil)
        #expect(read.key(key.thumbprint, at: Sample.now - 11) == nil)
        #expect(read.key(key.thumbprint, at: Sample.now + 1000) == nil)
        #expect(read.key(root.thumbprint, at: Sample.now) == nil)
        statement.revoked = [key.thumbprint]
        #expect(try Statement.verify(statement.signed(by: root)).key(key.thumbprint, at: Sample.now) == nil)
    }

    @Test("a statement of another root, of a wrong signer, or with endpoints elsewhere is refused")
    func refusedStatements() throws {
        let root = try Sample.key(1)
        let other = try Sample.key(2)
        var statement = Sample.statement(root: root, key: other)
        #expect(throws: JWS.Failure.invalidSignature) { try Statement.verify(statement.signed(by: other)) }
        #expect(throws: StatementError.otherRoot) {
            try Statement.verify(statement.signed(by: root), pinned: other.thumbprint)
        }
        statement.endpoints.inbox = "https://velora.example.evil.example/inbox"
        #expect(throws: WireError.self) { try Statement.verify(statement.signed(by: root)) }
    }

    @Test("an older statement never takes the place of a newer one")
    func superseding() throws {
        let root = try Sample.key(1)
        let held = Sample.statement(root: root, key: try Sample.key(2))
        var older = held
        older.issuedAt = held.issuedAt - 1
        var revoking = held
        revoking.revoked = ["a thumbprint"]
        func takesThePlace(_ new: Statement, of held: Statement) -> Bool {
            new.supersedes(held, taken: Sample.now, at: Sample.now)
        }
        #expect(takesThePlace(revoking, of: held))
        #expect(!takesThePlace(held, of: revoking), "a key comes back by a statement of the same second")
        #expect(takesThePlace(held, of: older))
        #expect(!takesThePlace(older, of: held))
        #expect(try !takesThePlace(Sample.statement(root: Sample.key(3), key: root), of: held))
    }

    @Test("a statement from the future is not taken, and one that is held gives way to what was made since")
    func fromTheFuture() throws {
        let root = try Sample.key(1)
        let (key, stolen) = (try Sample.key(2), try Sample.key(4))
        let taken = Sample.now - 86_400
        func statement(madeAt time: WireTime, key: SigningKey? = nil, revoked: [SigningKey] = []) throws -> Statement {
            var statement = Sample.statement(root: root, key: try key ?? Sample.key(2))
            statement.issuedAt = time
            statement.revoked = revoked.map(\.thumbprint)
            return statement
        }
        for (ahead, isTaken): (Int64, Bool) in [(300, true), (301, false), (8_640_000, false)] {
            let jwt = try statement(madeAt: Sample.now + ahead).signed(by: root)
            #expect(((try? Statement.take(jwt, pinned: root.thumbprint, at: Sample.now)) != nil) == isTaken)
        }
        let ahead = try statement(madeAt: Sample.now + 301).signed(by: root)
        #expect(throws: StatementError.fromTheFuture) { try Statement.take(ahead, at: Sample.now) }
        let held = try statement(madeAt: Sample.now + 8_640_000, revoked: [stolen])
        func corrects(_ new: Statement, taken time: WireTime = taken) -> Bool {
            new.supersedes(held, taken: time, at: Sample.now)
        }
        #expect(corrects(try statement(madeAt: Sample.now)))
        #expect(corrects(try statement(madeAt: taken)))
        #expect(corrects(try statement(madeAt: Sample.now, key: key, revoked: [stolen])))
        #expect(!corrects(try statement(madeAt: taken - 301)), "a replay of what was made before")
        #expect(!corrects(try statement(madeAt: Sample.now + 301)), "nor another from the future")
        #expect(!corrects(try statement(madeAt: Sample.now, key: stolen)), "a revoked key comes back")
        // Both clocks were ahead: when it was taken says nothing.
        #expect(corrects(try statement(madeAt: taken - 301), taken: Sample.now + 8_640_000))
        #expect(!corrects(try statement(madeAt: taken, key: stolen), taken: Sample.now + 8_640_000))
    }

    @Test("plain HTTP endpoints are for this very machine")
    func plainEndpoints() throws {
        let root = try Sample.key(1)
        for (host, isTaken) in [("velora.example", false), ("127.0.0.1:8080", true)] {
            var statement = Sample.statement(root: root, key: root, address: try #require(Address("\(host)/velora")))
            statement.endpoints = Endpoints(origin: "http://\(host)", slug: "velora")
            let jwt = try statement.signed(by: root)
            #expect(((try? Statement.verify(jwt)) != nil) == isTaken)
        }
    }

    @Test("a JWS with another algorithm, critical headers or a changed byte is refused")
    func jws() throws {
        let key = try Sample.key(1)
        let signed = try JWS.sign(Array("hello".utf8), type: "t", key: key)
        try JWS(signed, type: "t").verify(with: key.verifyingKey)
        #expect(throws: JWS.Failure.wrongType(expected: "u")) { try JWS(signed, type: "u") }
        for header in [#"{"alg":"none","typ":"t","kid":"k"}"#, #"{"alg":"EdDSA","typ":"t","kid":"k","crit":["x"]}"#] {
            let forged =
                "\(Base64URL.encode(Data(header.utf8))).\(signed.split(separator: ".").dropFirst().joined(separator: "."))"
            #expect(throws: JWS.Failure.unsupportedAlgorithm) { try JWS(forged, type: "t") }
        }
        for index in signed.indices {
            var changed = signed
            changed.replaceSubrange(index...index, with: signed[index] == "A" ? "B" : "A")
            #expect(throws: JWS.Failure.self) { try JWS(changed, type: "t").verify(with: key.verifyingKey) }
        }
    }

    @Test("base64url decodes only what it would write")
    func base64URL() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("-_8") == [0xFB, 0xFF])
        for text in ["-_9", "-_8=", "+/8", "a", "é"] { #expect(Base64URL.decode(text) == nil) }
    }
}
