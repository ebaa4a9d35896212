// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import Testing

@testable import Web

@Suite("secrets")
struct SecretTests {
    @Test("a password verifies against its own hash only, whatever it cost")
    func passwords() async throws {
        let passwords = Passwords(cost: .minimal)
        let hash = try await passwords.hash("correct horse")
        #expect(hash.hasPrefix("scrypt$2$1$1$"))
        #expect(try await passwords.hash("correct horse") != hash)
        #expect(try await Passwords().verify("correct horse", against: hash, for: .known))
        #expect(try await !passwords.verify("correct house", against: hash, for: .known))
        #expect(try await !passwords.verify("correct horse", against: nil, for: .known))
        #expect(try await !passwords.verify("correct horse", against: "scrypt$nonsense", for: .known))
    }

    @Test("the standard cost works")
    func standardCost() async throws {
        let passwords = Passwords()
        #expect(try await passwords.verify("x", against: try await passwords.hash("x"), for: .known))
    }

    @Test("a token has 256 bits, and only its digest is kept")
    func tokens() {
        let tokens = (0..<100).map { _ in RandomToken() }
        #expect(Set(tokens.map(\.text)).count == 100)
        #expect(tokens.allSatisfy { $0.text.count == 43 && $0.digest.count == 32 })
        #expect(RandomToken.digest(of: tokens[0].text) == tokens[0].digest)
    }

    @Test("base64url is read back, and only in its one form")
    func base64() {
        for length in 0..<70 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + 250) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        for wrong in ["A", "AB=", "A+", "AB/", "AB", "é"] { #expect(Base64URL.decode(wrong) == nil) }
    }
}

@Suite("JSON text")
struct JSONTests {
    struct Everything: Codable, Equatable {
        struct Empty: Codable, Equatable {}
        enum Kind: String, Codable { case one }
        enum Rich: Codable, Equatable { case a(Int), b(name: String), c }
        var text = "a\"\\\n\u{1}é👩‍👩‍👧‍👧/"
        var number = -5
        var large = Int64.max
        var byte: UInt8 = 255
        var real = 0.1
        var yes = true
        var no: Bool? = false
        var none: Int?
        var list = [1, 2, 3]
        var lists: [[String]] = [[], ["x"]]
        var map = ["k": [1.5]]
        var empty = Empty()
        var kinds: [Kind?] = [.one, nil]
        var rich: [Rich] = [.a(1), .b(name: "n"), .c]
        var id = UUID()
    }

    @Test("what is written can be read back")
    func roundTrip() throws {
        let value = Everything()
        let text = try JSONText.encode(value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(text)) == value)
        #expect(try JSONText.encode([String]()) == Array("[]".utf8))
        #expect(try JSONText.encode("x") == Array("\"x\"".utf8))
        #expect(try JSONText.encode(Nothing()) == Array("{}".utf8))
        #expect(throws: (any Error).self) { try JSONText.encode([Double.nan]) }
    }
}
