// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import HTTPMessageSignatures
import Testing

@testable import Exchange

/// The vectors in `docs/exchange.md`, computed anew.
@Suite("The specification")
struct DocumentTests {
    static let document = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/exchange.md")

    func hex(_ bytes: some Sequence<UInt8>) -> JSONValue {
        .string(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    func text(_ bytes: [UInt8]) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }

    func object(_ fields: [Field]) -> JSONValue {
        .object(JSONObject(unique: fields.map { ($0.name.lowercased(), .string($0.value)) }))
    }

    /// What the document should hold.
    func vectors() throws -> JSONValue {
        let (root, key) = (try Sample.key(1), try Sample.key(2))
        let (peerRoot, peerKey) = (try Sample.key(3), try Sample.key(4))
        let event = Envelope(
            id: Sample.link, source: Sample.velora, type: HandoverWithdrawnV1.type, time: Sample.now, link: Sample.link,
            conversation: Sample.conversation, convseq: 1,
            data: HandoverWithdrawnV1(handover: Sample.conversation, reason: "Found it").json)
        let body = Batch.encode([event.bytes])
        let target = "https://kraft.example/kraft-drives/exchange/inbox"
        let nonce = [UInt8](0..<16)
        let fields = try RequestProfile.sign(
            method: "POST", targetURI: target, destination: Sample.kraft, body: (Batch.contentType, body), key: key,
            now: Sample.now, nonce: nonce)
        let request = HTTPMessage.request(method: "POST", targetURI: target, fields: fields)
        let receipts = Receipts([Receipt(id: event.id.wire, status: .stored, outcome: .applied)]).json.bytes
        let response = try ResponseProfile.sign(
            status: 202, contentType: Receipts.contentType, body: receipts, answering: request, key: peerKey,
            now: Sample.now)
        let token = try #require(InvitationToken(bytes: [UInt8](0..<32)))
        let secret = [UInt8](repeating: 5, count: 32)
        let contract = Sample.contract(inviter: root, accepter: peerRoot)
        return .object([
            "seeds": .object([
                "root": hex(root.rawRepresentation), "operational": hex(key.rawRepresentation),
                "peerRoot": hex(peerRoot.rawRepresentation), "peerOperational": hex(peerKey.rawRepresentation),
            ]),
            "thumbprints": .object([
                "root": .string(root.thumbprint), "operational": .string(key.thumbprint),
                "peerRoot": .string(peerRoot.thumbprint), "peerOperational": .string(peerKey.thumbprint),
            ]),
            "statement": .string(try Sample.statement(root: root, key: key).signed(by: root)),
            "event": text(event.bytes), "eventHash": hex(SHA256.hash(data: event.bytes)),
            "runningHash": .string(RunningHash().adding(eventHash: Array(SHA256.hash(data: event.bytes))).text),
            "request": .object([
                "method": "POST", "url": .string(target), "body": text(body), "created": .integer(Sample.now.seconds),
                "headers": object(fields),
            ]),
            "response": .object(["status": 202, "body": text(receipts), "headers": object(response)]),
            "invitation": .string(
                Invitation(
                    address: Sample.velora, rootThumbprint: root.thumbprint, token: token,
                    expiresAt: Sample.now + Invitation.lifetime
                ).url(allowingPlainLoopback: false)),
            "shortCode": .string(ShortCode(root.thumbprint, peerRoot.thumbprint, token: token).description),
            "contract": text(contract.canonicalBytes), "contractSignedByRoot": .string(try contract.signed(by: root)),
            "route": .object([
                "secret": hex(secret), "salt": hex([UInt8](0..<8)),
                "token": .string(EventRoute().adding(SymmetricKey(data: secret), salt: [UInt8](0..<8)).description),
            ]),
        ])
    }

    @Test("its vectors are those that this implementation computes")
    func isUpToDate() throws {
        let page = try String(contentsOf: Self.document, encoding: .utf8)
        let start = try #require(page.range(of: "## 12. Vectors"))
        let fence = try #require(page[start.upperBound...].range(of: "```json\n"))
        let end = try #require(page[fence.upperBound...].range(of: "\n```"))
        let written = try JSONValue(parsing: page[fence.upperBound..<end.lowerBound].utf8)
        let computed = try vectors()
        if written != computed { print("VECTORS \(String(decoding: computed.bytes, as: UTF8.self))") }
        #expect(written == computed)
    }

    @Test("every type of event, code and status is in it")
    func isComplete() throws {
        let page = try String(contentsOf: Self.document, encoding: .utf8)
        for status in ExchangeStatus.allCases { #expect(page.contains("`\(status.rawValue)`"), "\(status)") }
        for field in SharedField.allCases { #expect(page.contains("`\(field.rawValue)`"), "\(field)") }
        for code: RejectionCode in [
            .malformed, .gap, .idReuse, .unsupportedType, .notAgreed, .unknownSubject, .stale, .expired, .loop,
            .hopsExhausted, .tooLarge, .closing, .failed,
        ] {
            #expect(page.contains("`\(code)`"), "\(code)")
        }
    }
}
