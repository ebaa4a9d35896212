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
@testable import Office

@Suite("Delivery between two nodes")
struct DeliveryTests {
    static let many = (1...250).map { "m\($0)" }

    @Test("what was sent arrives once and in order, in batches", arguments: Engine.allCases)
    func arrives(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(Self.many, in: conversation)
        let before = pair.network.sent.count
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived(in: conversation) == Self.many)
        #expect(pair.network.sent.count - before == 3)
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).isEmpty)
    }

    @Test("a batch whose receipts were lost takes effect once", arguments: Engine.allCases)
    func lostResponse(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["one", "two"])
        pair.network.afterDelivery { _ in throw TestNetwork.Fault.responseLost }
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["one", "two"])
        pair.network.heal()
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["one", "two"])
        #expect(try await pair.velora.waiting(pair.inviter, pair.link) == 0)
    }

    @Test(
        "through lost requests, lost responses and damage, every conversation arrives whole and in order",
        arguments: Engine.allCases, [1, 2, 3] as [UInt64])
    func faults(engine: Engine, seed: UInt64) async throws {
        let pair = try await LinkedPair(engine)
        let random = Mutex(SeededGenerator(seed))
        @Sendable func chance(_ of: Int) -> Bool { random.withLock { Int.random(in: 0..<of, using: &$0) == 0 } }
        pair.network.beforeDelivery { request in
            if chance(4) { throw TestNetwork.Fault.unreachable }
            if chance(6) { request.body?[5] ^= 1 }
        }
        pair.network.afterDelivery { _ in if chance(3) { throw TestNetwork.Fault.responseLost } }
        let conversations = (0..<12).map { _ in ID<Conversation>() }
        for round in 0..<5 {
            for conversation in conversations {
                try await pair.send(["\(round)a", "\(round)b"], in: conversation)
            }
            try await pair.velora.delivery.drain()
        }
        for _ in 0..<60 where try await pair.velora.waiting(pair.inviter, pair.link) > 0 {
            pair.network.advance(3_600)
            try await pair.velora.delivery.drain()
        }
        let expected = (0..<5).flatMap { ["\($0)a", "\($0)b"] }
        for conversation in conversations {
            #expect(try await pair.arrived(in: conversation) == expected)
        }
    }

    @Test("a dead destination does not slow a live one, and is tried with one small batch", arguments: Engine.allCases)
    func deadPeer(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let spoke = try await TestNode("spoke.example", engine, pair.network)
        let dealer = try await spoke.enterprise("spoke-co")
        let second = try await LinkedPair.link(pair.velora, pair.inviter, spoke, dealer)
        pair.network.beforeDelivery { request in
            if request.url.contains("kraft") { throw TestNetwork.Fault.unreachable }
        }
        for _ in 0..<20 { try await pair.send(["dead"]) }
        try await pair.velora.send(["live"], from: pair.inviter, over: second)
        let before = pair.network.sent.count
        try await pair.velora.delivery.drain()
        #expect(try await spoke.effects(dealer) == ["live"])
        #expect(pair.network.sent.count - before == 2)
        try await pair.velora.delivery.drain()
        #expect(pair.network.sent.count - before == 2)
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(pair.network.sent.count - before == 3)
        let condition = try await pair.velora.database.read { tx in
            try Destinations(tx).condition(of: Destination(enterprise: pair.inviter.id, link: pair.link))
        }
        #expect(condition?.failures == 2)
        #expect(condition?.nextAttempt == pair.network.time + 5)
    }

    @Test("a peer that always asks for what is earlier is asked again later, and nothing is kept of it", arguments: Engine.allCases)
    func endlessGap(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["one", "two"])
        pair.network.answerInstead { request in
            let events = try Batch.decode(request.body ?? [])
            var receipts = events.map { Receipt(id: $0.id ?? "", status: .stored, outcome: .applied) }
            receipts[1].status = .rejected
            receipts[1].outcome = .rejected(.gap)
            receipts[1].expected = 1
            return try await pair.kraftSigns(
                .gap, Receipts.contentType, Receipts(receipts).json.bytes, answering: request)
        }
        let before = pair.network.sent.count
        try await pair.velora.delivery.drain()
        #expect(pair.network.sent.count - before == 1)
        #expect(try await pair.velora.keptReceipts() == 0)
        pair.network.heal()
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["one", "two"])
    }

    @Test("whatever number of seconds an answer wants us to wait is survived", arguments: [Int.min, -1, Int.max])
    func retryAfter(seconds: Int) async throws {
        let pair = try await LinkedPair(.sqlite)
        try await pair.send(["one"])
        pair.network.answerInstead { _ in
            PeerResponse(status: 503, fields: [Field("Retry-After", String(seconds))])
        }
        try await pair.velora.delivery.drain()
        pair.network.heal()
        pair.network.advance(3_600)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["one"])
    }

    @Test("any valid request of the peer ends the waiting", arguments: Engine.allCases)
    func heardFrom(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.beforeDelivery { request in
            if request.url.contains("kraft") { throw TestNetwork.Fault.unreachable }
        }
        try await pair.send(["hello"])
        for _ in 0..<8 {
            pair.network.advance(3_600)
            try await pair.velora.delivery.drain()
        }
        pair.network.heal()
        try await pair.kraft.send(["are you there"], from: pair.accepter, over: pair.link)
        try await pair.kraft.delivery.drain()
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["hello"])
    }

    @Test("at most eight batches are under way, and never two of one conversation", arguments: Engine.allCases)
    func lanes(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        for _ in 0..<12 { try await pair.send((1...100).map { "\($0)" }) }
        let seen = Mutex<[Set<UUID>]>([])
        let double = Mutex(false)
        pair.network.beforeDelivery { request in
            let conversations = Set(
                try Batch.decode(request.body ?? []).compactMap { try? $0.envelope.get().conversation })
            seen.withLock { seen in
                if seen.contains(where: { !$0.isDisjoint(with: conversations) }) { double.withLock { $0 = true } }
                seen.append(conversations)
            }
        }
        pair.network.afterDelivery { request in
            let conversations = Set(
                try Batch.decode(request.body ?? []).compactMap { try? $0.envelope.get().conversation })
            seen.withLock { seen in
                if let index = seen.firstIndex(of: conversations) { seen.remove(at: index) }
            }
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived().count == 1_200)
        #expect(pair.network.mostUnderWay <= 8)
        #expect(!double.withLock { $0 })
    }

    @Test("a receiver that has lost its last events gets them again", arguments: Engine.allCases)
    func gap(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["1", "2", "3"], in: conversation)
        try await pair.velora.delivery.drain()
        try await pair.kraft.database.write { tx in
            try tx.run("DELETE FROM inbox WHERE convseq > 1")
            try tx.run("DELETE FROM effects WHERE convseq > 1")
            try tx.run("UPDATE incoming_conversations SET last_in = 1")
        }
        try await pair.send(["4"], in: conversation)
        try await pair.velora.delivery.drain()
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived(in: conversation) == ["1", "2", "3", "4"])
    }

    @Test(
        "what the peer refuses has no effect there and becomes a dead letter; the rest goes on",
        arguments: Engine.allCases)
    func rejected(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["1", "no", "crash", "2"], in: conversation)
        pair.network.afterDelivery { _ in throw TestNetwork.Fault.responseLost }
        try await pair.velora.delivery.drain()
        pair.network.heal()
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived(in: conversation) == ["1", "2"])
        let dead = try await pair.velora.deadLetters(pair.inviter, pair.link)
        #expect(Set(dead.map(\.code)) == [.stale, .failed])

        let (now, address) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        let letter = try #require(dead.first { $0.code == .stale })
        try await pair.velora.database.write { tx in
            try DeadLetters(pair.inviter.id, tx, rules: Basis.features.letterRules).sendAgain(letter.id, from: address, at: now)
        }
        try await pair.velora.delivery.drain()
        let again = try await pair.velora.deadLetters(pair.inviter, pair.link)
        #expect(again.count == 2 && !again.map(\.id).contains(letter.id))
    }

    @Test(
        "after a week without a receipt an event is a dead letter, and goes under its old id when sent again",
        arguments: Engine.allCases)
    func givenUp(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.afterDelivery { _ in throw TestNetwork.Fault.responseLost }
        try await pair.send(["late"])
        for _ in 0..<(8 * 6) {
            pair.network.advance(4 * 3_600)
            try await pair.velora.delivery.drain()
        }
        pair.network.heal()
        let dead = try await pair.velora.deadLetters(pair.inviter, pair.link)
        #expect(dead.map(\.code) == [.undelivered])
        let sent = pair.network.sent.count
        pair.network.advance(3_600)
        try await pair.velora.delivery.drain()
        #expect(pair.network.sent.count == sent)
        let (now, address) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        let letter = try #require(dead.first)
        try await pair.velora.database.write { tx in
            try DeadLetters(pair.inviter.id, tx, rules: Basis.features.letterRules).sendAgain(letter.id, from: address, at: now)
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["late"])
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).isEmpty)
    }

    @Test("what was given up while its receipt was on the way has arrived, and what follows it goes on", arguments: Engine.allCases)
    func givenUpTooEarly(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["first"])
        let destination = Destination(enterprise: pair.inviter.id, link: pair.link)
        let (database, later) = (pair.velora.database, pair.network.time + 8 * 86_400)
        pair.network.answerInstead { _ in
            try await database.write { tx in
                try Destinations(tx).failed(destination, .unreachable("elsewhere"), at: later, jitter: 0)
            }
            return nil
        }
        try await pair.velora.delivery.drain()
        pair.network.heal()
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).isEmpty)
        try await pair.send(["second"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["first", "second"])
    }

    @Test("two enterprises of one node talk without the network, with the same signatures", arguments: Engine.allCases)
    func oneNode(engine: Engine) async throws {
        let pair = try await LinkedPair(engine, onOneNode: true)
        try await pair.send(["near"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["near"])
        #expect(pair.network.sent.isEmpty)
        let receipts: Int? = try await pair.velora.database.read { tx in
            try tx.first("SELECT count(*) FROM receipts WHERE response LIKE '202%Signature:%'") { try $0.next() }
        }
        #expect(receipts == 1)
    }

    @Test("an event goes to its link and to no other", arguments: Engine.allCases)
    func canary(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let spoke = try await TestNode("spoke.example", engine, pair.network)
        let dealer = try await spoke.enterprise("spoke-co")
        let second = try await LinkedPair.link(pair.velora, pair.inviter, spoke, dealer)
        try await pair.send(["canary-for-kraft"])
        try await pair.velora.send(["for spoke"], from: pair.inviter, over: second)
        try await pair.velora.delivery.drain()
        for request in pair.network.sent where String(decoding: request.body ?? [], as: UTF8.self).contains("canary") {
            #expect(request.url.hasPrefix("https://kraft.example/"))
        }
        #expect(try await spoke.effects(dealer) == ["for spoke"])
    }
}

extension TestNode {
    func waiting(_ enterprise: Enterprise, _ link: ID<Link>) async throws -> Int {
        try await database.read { tx in
            try tx.first(
                """
                SELECT CAST(coalesce(sum(last_out - settled_out), 0) AS BIGINT) FROM conversations
                WHERE enterprise = \(enterprise.id) AND link = \(link)
                """
            ) { try $0.next() } ?? 0
        }
    }
}

/// Seeded randomness (SplitMix64), so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
