// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage
import Synchronization
import Testing

@testable import Collaboration
@testable import Networking

@Suite("What a node answers to other nodes")
struct AnsweringTests {
    /// A request as Velora would sign it for Kraft.
    func request(
        _ pair: LinkedPair, _ method: String, _ path: String, body: (String, [UInt8])? = nil, key: SigningKey? = nil,
        slug: String = "kraft-drives"
    ) async throws -> PeerRequest {
        let now = pair.network.time
        let own = try await pair.velora.database.read { tx in
            try IdentityStore(pair.inviter.id, tx).signingKey(at: now)
        }
        let url = "https://kraft.example/\(path)"
        let fields = try RequestProfile.sign(
            method: method, targetURI: url, destination: try pair.kraft.node.address(of: slug),
            body: body.map { (contentType: $0.0, bytes: $0.1) }, key: key ?? own, now: now.seconds,
            nonce: ExchangeNode.random(16))
        return PeerRequest(method: method, url: url, fields: fields, body: body?.1)
    }

    func event(
        _ pair: LinkedPair, _ convseq: Int64, _ text: String, link: UUID? = nil, type: EventType? = nil,
        source: String = "velora.example/velora"
    ) -> [UInt8] {
        Envelope(
            id: ID<Outgoing>().uuid, source: Address(source)!, type: type ?? MessageAddedV1.type,
            time: pair.network.time.seconds, link: link ?? pair.link.uuid, conversation: UUID(), convseq: convseq,
            data: TestNode.message(text).json
        ).bytes
    }

    func post(_ pair: LinkedPair, _ events: [[UInt8]], type: String = Batch.contentType) async throws -> PeerResponse {
        await pair.kraft.node.answer(
            try await request(pair, "POST", "kraft-drives/exchange/inbox", body: (type, Batch.encode(events))))
    }

    func receipts(_ response: PeerResponse) throws -> [Receipt] {
        try Receipts(parsing: response.body).receipts
    }

    @Test("statuses are those of the specification", arguments: Engine.allCases)
    func statuses(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        #expect(try await post(pair, [event(pair, 1, "a")]).status == 202)
        #expect(try await post(pair, []).status == 202)
        #expect(try await post(pair, [event(pair, 2, "gap")]).status == 409)
        #expect(try await post(pair, [event(pair, 1, "a")], type: "application/json").status == 415)
        #expect(try await post(pair, Array(repeating: event(pair, 1, "a"), count: 101)).status == 413)
        #expect(try await post(pair, [Array("{".utf8)]).status == 400)
        let body = (Batch.contentType, Batch.encode([event(pair, 1, "a")]))
        let path = "kraft-drives/exchange/inbox"
        let stranger = try await request(pair, "POST", path, body: body, key: SigningKey())
        #expect(await pair.kraft.node.answer(stranger).status == 401)
        let elsewhere = try await request(pair, "POST", "nobody/exchange/inbox", body: body, slug: "nobody")
        #expect(await pair.kraft.node.answer(elsewhere).status == 421)
        let misdirected = try await request(pair, "POST", path, body: body, slug: "other")
        #expect(await pair.kraft.node.answer(misdirected).status == 421)
        let nowhere = try await request(pair, "POST", "kraft-drives/exchange/nothing", body: body)
        #expect(await pair.kraft.node.answer(nowhere).status == 404)
        #expect(try await pair.arrived() == ["a"])
    }

    @Test("what is wrong with a request's head is said before its body comes", arguments: Engine.allCases)
    func heads(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        func refused(_ request: PeerRequest) async -> Int? {
            var head = request
            head.body = nil
            return await pair.kraft.node.refuse(head: head)?.status
        }
        let body = (Batch.contentType, Batch.encode([event(pair, 1, "a")]))
        let path = "kraft-drives/exchange/inbox"
        let good = try await request(pair, "POST", path, body: body)
        #expect(await refused(good) == nil)
        #expect(await refused(try await request(pair, "POST", path, body: body, key: SigningKey())) == 401)
        #expect(await refused(try await request(pair, "POST", path, body: body, slug: "other")) == 421)
        #expect(await refused(try await request(pair, "POST", "nobody/exchange/inbox", body: body, slug: "nobody")) == 421)
        for index in good.fields.indices {
            var changed = good
            changed.fields.remove(at: index)
            #expect([401, 421].contains(await refused(changed)))
        }
        let bytes = ("application/octet-stream", [UInt8](repeating: 1, count: 9))
        let file = "kraft-drives/exchange/attachments/" + String(repeating: "0", count: 64)
        #expect(await refused(try await request(pair, "POST", "\(file)?link=\(ID<Link>())", body: bytes)) == 404)
        #expect(await refused(try await request(pair, "POST", "\(file)?link=\(pair.link)", body: bytes)) == nil)
        #expect(await pair.kraft.node.answer(good).status == 202)
        pair.network.advance(301)
        #expect(await refused(good) == 401)
    }

    @Test("a request that is replayed, altered or without its signature has no effect", arguments: Engine.allCases)
    func forged(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let good = try await request(
            pair, "POST", "kraft-drives/exchange/inbox", body: (Batch.contentType, Batch.encode([event(pair, 1, "a")])))
        for index in good.fields.indices {
            var changed = good
            changed.fields.remove(at: index)
            #expect([401, 421].contains(await pair.kraft.node.answer(changed).status))
        }
        var altered = good
        altered.body?.append(0x20)
        #expect(await pair.kraft.node.answer(altered).status == 401)
        #expect(try await pair.arrived().isEmpty)
        #expect(await pair.kraft.node.answer(good).status == 202)
        #expect(await pair.kraft.node.answer(good).status == 401)
        pair.network.advance(301)
        #expect(await pair.kraft.node.answer(good).status == 401)
        #expect(try await pair.arrived() == ["a"])
    }

    @Test("each event of a batch has a receipt of its own", arguments: Engine.allCases)
    func mixed(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let good = event(pair, 1, "a")
        let batch = [
            good, Array(#"{"id":"x"}"#.utf8), event(pair, 1, "b", link: UUID()),
            event(pair, 1, "c", type: EventType("unheard.of")), event(pair, 1, "no"), good,
        ]
        let answers = try receipts(try await post(pair, batch))
        #expect(answers.map(\.status) == [.stored, .rejected, .rejected, .rejected, .rejected, .duplicate])
        #expect(
            answers.map(\.outcome) == [
                .applied, .rejected(.malformed), .rejected(.malformed), .rejected(.unsupportedType), .rejected(.stale),
                .applied,
            ])
        #expect(answers[1].id == "x")
        #expect(try await pair.arrived() == ["a"])
    }

    @Test("an event whose source is not the company at the link is malformed", arguments: Engine.allCases)
    func foreignSource(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let answers = try receipts(
            try await post(pair, [event(pair, 1, "a", source: "spoke.example/spoke-co"), event(pair, 1, "b")]))
        #expect(answers.map(\.outcome) == [.rejected(.malformed), .applied])
        try await pair.kraft.database.write { tx in
            try tx.run("UPDATE links SET address = 'moved.example/velora' WHERE id = \(pair.link)")
        }
        #expect(try await post(pair, [event(pair, 1, "what was stored before the move")]).status == 202)
        let moved = try receipts(try await post(pair, [event(pair, 1, "c", source: "moved.example/velora")]))
        #expect(moved.map(\.outcome) == [.applied])
    }

    @Test("the same id with other content is an alarm and changes nothing", arguments: Engine.allCases)
    func idReuse(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let first = event(pair, 1, "a")
        let second = Array(String(decoding: first, as: UTF8.self).replacing("\"a\"", with: "\"b\"").utf8)
        #expect(try receipts(try await post(pair, [first, second])).last?.outcome == .rejected(.idReuse))
        #expect(try receipts(try await post(pair, [second])).map(\.outcome) == [.rejected(.idReuse)])
        #expect(try await pair.arrived() == ["a"])
    }

    @Test("a suspended link takes nothing; what waits goes when it is resumed", arguments: Engine.allCases)
    func suspended(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        _ = try await pair.kraft.database.write { tx in try LinkStore(pair.accepter.id, tx).suspend(pair.link) }
        #expect(try await post(pair, [event(pair, 1, "a")]).status == 403)
        try await pair.send(["waits"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived().isEmpty)
        _ = try await pair.kraft.database.write { tx in try LinkStore(pair.accepter.id, tx).resume(pair.link) }
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["waits"])
    }

    @Test("a link that closes drains for 72 hours, then answers 410 to all but receipts", arguments: Engine.allCases)
    func closing(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (now, address) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        _ = try await pair.velora.database.write { tx in
            try LinkStore(pair.inviter.id, tx).part(pair.link, because: "moved on", from: address, at: now)
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.kraft.link(pair.accepter, pair.link)?.state == .closing)
        #expect(try await post(pair, [event(pair, 1, "still")]).status == 202)
        pair.network.advance(Int(LinkClosingV1.drains) + 1)
        let late = try await post(pair, [event(pair, 1, "late")])
        #expect(late.status == 410)
        let receipt = Envelope(
            id: ID<Outgoing>().uuid, source: Address("velora.example/velora")!, type: ReceiptAppliedV1.type,
            time: pair.network.time.seconds, link: pair.link.uuid, conversation: UUID(), convseq: 1,
            data: ReceiptAppliedV1(event: UUID()).json)
        #expect(try await post(pair, [receipt.bytes]).status == 202)
        #expect(try await pair.arrived() == ["still"])
    }

    @Test("a peer that says under its signature that the link is closed ends it here too", arguments: Engine.allCases)
    func closedByPeer(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let now = pair.network.time
        try await pair.kraft.database.write { tx in
            let links = LinkStore(pair.accepter.id, tx)
            if let link = try links.find(pair.link) { try links.close(link, at: now) }
        }
        try await pair.send(["late"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.velora.link(pair.inviter, pair.link)?.state == .closed)
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).map(\.code) == [.linkClosed])
    }

    @Test("a peer that cannot be reached pulls the same events and gives the same receipts", arguments: Engine.allCases)
    func pull(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.kraft.send(["1", "2", "no"], from: pair.accepter, over: pair.link, in: conversation)
        let pulled = await pair.kraft.node.answer(
            try await request(pair, "GET", "kraft-drives/exchange/outbox?link=\(pair.link)"))
        #expect(pulled.status == 200)
        let items = try Batch.decode(pulled.body)
        #expect(items.count == 3)
        let given = Receipts(
            items.enumerated().map { index, item in
                index == 2
                    ? Receipt(id: item.id ?? "", status: .rejected, outcome: .rejected(.stale))
                    : Receipt(id: item.id ?? "", status: .stored, outcome: .applied)
            })
        let path = "kraft-drives/exchange/outbox?link=\(pair.link)"
        let settled = await pair.kraft.node.answer(
            try await request(pair, "POST", path, body: (Receipts.contentType, given.json.bytes)))
        #expect(settled.status == 200)
        #expect(try await pair.kraft.waiting(pair.accepter, pair.link) == 0)
        #expect(try await pair.kraft.deadLetters(pair.accepter, pair.link).map(\.code) == [.stale])
        let again = await pair.kraft.node.answer(
            try await request(
                pair, "GET", "kraft-drives/exchange/outbox?link=\(pair.link)&conversation=\(conversation)&after=1"))
        #expect(try Batch.decode(again.body).map(\.id) == items.dropFirst().map(\.id))
        let foreign = await pair.kraft.node.answer(
            try await request(pair, "GET", "kraft-drives/exchange/outbox?link=\(ID<Link>())"))
        #expect(foreign.status == 404)
    }

    @Test("the digests of both sides mirror each other, and show what differs", arguments: Engine.allCases)
    func digest(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["1", "no", "2"], in: conversation)
        try await pair.kraft.send(["back"], from: pair.accepter, over: pair.link, in: conversation)
        try await pair.velora.delivery.drain()
        try await pair.kraft.delivery.drain()
        func theirs() async throws -> LinkDigest {
            let response = await pair.kraft.node.answer(
                try await request(pair, "GET", "kraft-drives/exchange/links/\(pair.link)/digest"))
            return try LinkDigest(JSONValue(parsing: response.body))
        }
        let destination = Destination(enterprise: pair.inviter.id, link: pair.link)
        let digest = try await theirs()
        let ours = try await pair.velora.database.read { tx in try LinkDigests(destination, tx).digest() }
        #expect(ours.differences(from: digest).isEmpty)
        try await pair.send(["under way"], in: conversation)
        #expect(
            try await pair.velora.database.read { tx in try LinkDigests(destination, tx).differences(from: digest) }
                .isEmpty)
        try await pair.kraft.database.write { tx in
            try tx.run("UPDATE incoming_conversations SET last_in = last_in - 1 WHERE id = \(conversation)")
        }
        let changed = try await theirs()
        #expect(
            try await pair.velora.database.read { tx in try LinkDigests(destination, tx).differences(from: changed) }
                == [conversation.uuid])
    }
}
