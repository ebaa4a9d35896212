// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration

@Suite("The exchange's chores")
struct ChoresTests {
    @Test("a peer's new key is learnt before it signs, so that its events go on arriving", arguments: Engine.allCases)
    func rotation(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (ours, theirs) = (ExchangeChores(pair.velora.node), ExchangeChores(pair.kraft.node))
        for day in 0..<100 {
            try await ours.doDue()
            try await theirs.doDue()
            if day % 10 == 0 {
                try await pair.send(["\(day)"])
                try await pair.velora.delivery.drain()
            }
            pair.network.advance(86_400)
        }
        #expect(try await pair.arrived().count == 10)
        #expect(try await pair.velora.waiting(pair.inviter, pair.link) == 0)
    }

    @Test("what a comparison finds is written down for the link's page", arguments: Engine.allCases)
    func comparison(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["1"], in: conversation)
        try await pair.velora.delivery.drain()
        let chores = ExchangeChores(pair.velora.node)
        func status() async throws -> LinkStatus {
            let link = try #require(try await pair.velora.link(pair.inviter, pair.link))
            return try await pair.velora.database.read { tx in try LinkStatus(link, tx) }
        }
        try await chores.doDue()
        #expect(try await status().checkedAt == pair.network.time)
        #expect(try await status().differing.isEmpty)
        try await pair.kraft.database.write { tx in
            try tx.run("UPDATE incoming_conversations SET hash_in = \([UInt8](repeating: 7, count: 32))")
        }
        pair.network.advance(3_600)
        try await chores.doDue()
        #expect(try await status().differing == [conversation.uuid.wire])
    }

    @Test("a closing link ends when its time is over, and old nonces are forgotten", arguments: Engine.allCases)
    func endings(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["1"])
        try await pair.velora.delivery.drain()
        let (now, address) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        _ = try await pair.velora.database.write { tx in
            try LinkStore(pair.inviter.id, tx).part(pair.link, because: "", from: address, at: now)
        }
        try await pair.velora.delivery.drain()
        pair.network.advance(Int(LinkClosingV1.drains) + 1)
        try await ExchangeChores(pair.velora.node).doDue()
        try await ExchangeChores(pair.kraft.node).doDue()
        #expect(try await pair.velora.link(pair.inviter, pair.link)?.state == .closed)
        #expect(try await pair.kraft.link(pair.accepter, pair.link)?.state == .closed)
        let nonces: Int? = try await pair.kraft.database.read { tx in
            try tx.first("SELECT count(*) FROM nonces") { try $0.next() }
        }
        #expect(nonces == 0)
    }

    @Test("a peer pulls what waits for it", arguments: Engine.allCases)
    func pulling(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send((1...150).map { "\($0)" }, in: conversation)
        try await pair.kraft.node.pull(Destination(enterprise: pair.accepter.id, link: pair.link))
        #expect(try await pair.arrived(in: conversation).count == 150)
        #expect(try await pair.velora.waiting(pair.inviter, pair.link) == 0)
    }

    @Test(
        "two copies of one batch at the same moment take effect once, and neither is an alarm",
        arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send((1...20).map { "\($0)" }, in: conversation)
        let contact = try #require(
            try await pair.velora.database.read { tx in
                try pair.velora.node.contact(Destination(enterprise: pair.inviter.id, link: pair.link), tx)
            })
        let parcel = try #require(
            try await pair.velora.database.read { tx in
                try Waiting(Destination(enterprise: pair.inviter.id, link: pair.link), tx).next(
                    within: .standard, except: [])
            })
        let outcomes = try await withThrowingTaskGroup(of: [Receipt].self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let answer = try await contact.call(
                        "POST", contact.peer.endpoints.inbox, body: (Batch.contentType, parcel.body),
                        through: pair.velora.node)
                    return try Receipts(JSONValue(parsing: answer.response.body)).receipts
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.filter { $0.status == .stored }.count == 20)
        #expect(outcomes.filter { $0.status == .duplicate }.count == 100)
        #expect(try await pair.arrived(in: conversation).count == 20)
    }
}

@Suite("After a restart")
struct RestartTests {
    @Test("a node makes itself heard, and what waited for it comes at once", arguments: Engine.allCases)
    func restarted(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.beforeDelivery { _ in throw TestNetwork.Fault.unreachable }
        try await pair.send(["waits"])
        for _ in 0..<6 {
            pair.network.advance(1_000)
            try await pair.velora.delivery.drain()
        }
        pair.network.heal()
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived().isEmpty)
        try await ExchangeChores(pair.kraft.node).doDue(withAllPeers: true)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["waits"])
    }
}
