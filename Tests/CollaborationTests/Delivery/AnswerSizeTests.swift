// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("How much an answer may be")
struct AnswerSizeTests {
    @Test("receipts of more than 256 KiB are no answer, and nothing of them is kept", arguments: Engine.allCases)
    func receipts(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["a"])
        pair.network.answerInstead { request in
            let events = try Batch.decode(request.body ?? [])
            var receipts = Receipts(
                events.map { Receipt(id: $0.id ?? "", status: .stored, outcome: .applied) })
            receipts.unknown["padding"] = .string(String(repeating: "x", count: Receipts.maxBytes))
            return try await pair.kraftSigns(.accepted, Receipts.contentType, receipts.json.bytes, answering: request)
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.velora.waiting(pair.inviter, pair.link) == 1)
        #expect(try await pair.velora.keptReceipts() == 0)
        pair.network.heal()
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["a"])
    }

    @Test("only an attachment may be large and slow", arguments: Engine.allCases)
    func attachments(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["a"])
        try await pair.velora.delivery.drain()
        let there = Destination(enterprise: pair.inviter.id, link: pair.link)
        _ = try await pair.velora.node.fetchAttachment(FileOfEachLink.digest(of: pair.link), over: there)
        let expected = pair.network.sent.map(\.expected)
        #expect(expected.last == .attachment && !expected.dropLast().contains(.attachment))
        #expect(PeerRequest.Expected.document.limit == nil && PeerRequest.Expected.attachment.limit == 25 << 20)
    }
}
