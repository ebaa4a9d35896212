// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Crypto
import Exchange
import Foundation
import Storage
import StorageTesting
import Synchronization
import Testing

@testable import Collaboration
@testable import Networking
@testable import Partners

@Suite("The exchange's chores")
struct ChoresTests {
    @Test("a peer's new key is learnt before it signs, so that its events go on arriving", arguments: Engine.allCases)
    func rotation(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (ours, theirs) = (ExchangeChores(pair.velora.node), ExchangeChores(pair.kraft.node))
        for day in 0..<100 {
            await ours.doDue()
            await theirs.doDue()
            if day % 10 == 0 {
                try await pair.send(["\(day)"])
                try await pair.velora.delivery.drain()
            }
            pair.network.advance(86_400)
        }
        #expect(try await pair.arrived().count == 10)
        #expect(try await pair.velora.waiting(pair.inviter, pair.link) == 0)
    }

    @Test("an enterprise whose keys cannot be opened keeps no other from new ones", arguments: Engine.allCases)
    func renewal(engine: Engine) async throws {
        let network = TestNetwork()
        let node = try await TestNode("velora.example", engine, network)
        let (before, broken, after) = (
            try await node.enterprise("a"), try await node.enterprise("b"), try await node.enterprise("c")
        )
        try await node.database.write { tx in
            try tx.run("UPDATE enterprise_keys SET secret = \([7] as [UInt8]) WHERE enterprise = \(broken.id)")
        }
        network.advance(1_000 * 86_400)
        await ExchangeChores(node.node).doDue()
        let now = network.time
        for enterprise in [before, after] {
            let keys = try await node.database.read { tx in try IdentityStore(enterprise.id, tx).keys(at: now) }
            #expect(keys.map(\.state) == [.signing])
        }
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
        await chores.doDue()
        #expect(try await status().checkedAt == pair.network.time)
        #expect(try await status().differing.isEmpty)
        try await pair.kraft.database.write { tx in
            try tx.run("UPDATE incoming_conversations SET hash_in = \([UInt8](repeating: 7, count: 32))")
        }
        pair.network.advance(3_600)
        await chores.doDue()
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
        await ExchangeChores(pair.velora.node).doDue()
        pair.network.advance(Int(LinkClosingV1.drains) + 1)
        await ExchangeChores(pair.velora.node).doDue()
        await ExchangeChores(pair.kraft.node).doDue()
        #expect(try await pair.velora.link(pair.inviter, pair.link)?.state == .closed)
        #expect(try await pair.kraft.link(pair.accepter, pair.link)?.state == .closed)
        let nonces: Int? = try await pair.kraft.database.read { tx in
            try tx.first("SELECT count(*) FROM nonces") { try $0.next() }
        }
        #expect(nonces == 0)
    }

    @Test("a peer whose comparison never ends is asked no further", arguments: Engine.allCases, [false, true])
    func endless(engine: Engine, goesOn: Bool) async throws {
        let pair = try await LinkedPair(engine)
        let asked = Mutex<UInt8>(0)
        pair.network.answerInstead { request in
            let number = asked.withLock { number in
                number += 1
                return goesOn ? number : 1
            }
            let page = LinkDigest(
                conversations: [
                    .init(
                        id: UUID(uuid: (number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), sent: 0,
                        sentHash: RunningHash(), received: 0, receivedHash: RunningHash())
                ], hasMore: true)
            return try await pair.kraftSigns(.ok, LinkDigest.contentType, page.json.bytes, answering: request)
        }
        try await pair.velora.node.compare(Destination(enterprise: pair.inviter.id, link: pair.link))
        #expect(asked.withLock { $0 } == (goesOn ? 100 : 2))
    }

    @Test("a peer that does not answer keeps nobody waiting", arguments: Engine.allCases)
    func slowPeer(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let spoke = try await TestNode("spoke.example", engine, pair.network)
        let dealer = try await spoke.enterprise("spoke-co")
        let second = try await LinkedPair.link(pair.velora, pair.inviter, spoke, dealer)
        // The peer that does not answer is let go once the other has been asked, however long that took.
        let (asked, isAsked) = AsyncStream<Void>.makeStream()
        pair.network.answerInstead { request in
            if request.method == "GET", request.url.contains("kraft") { for await _ in asked {} }
            return nil
        }
        let chores = Task { await ExchangeChores(pair.velora.node, visitLimit: .seconds(3_600)).doDue() }
        let checks = { @Sendable () async throws -> [ID<Link>] in
            try await pair.velora.database.read { tx in
                try tx.all("SELECT id FROM links WHERE checked_at = \(pair.network.time)") { try $0.next() }
            }
        }
        try await until { try await checks() == [second] }
        isAsked.finish()
        await chores.value
        #expect(try await checks().contains(second))
    }

    @Test("a visit ends when it takes too long", arguments: Engine.allCases)
    func endlessVisit(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.answerInstead { _ in
            try await Task.sleep(for: .seconds(3_600))
            return nil
        }
        await ExchangeChores(pair.velora.node, visitLimit: .milliseconds(10)).doDue()
        let checked: Int? = try await pair.velora.database.read { tx in
            try tx.first("SELECT COUNT(*) FROM links WHERE checked_at IS NOT NULL") { try $0.next() }
        }
        #expect(checked == 0)
    }

    @Test(
        "proofs and ids are forgotten after 90 days, and an event of then has no second effect",
        arguments: Engine.allCases)
    func forgetting(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["once"])
        try await pair.velora.delivery.drain()
        let sent = try #require(pair.network.sent.last?.body)
        pair.network.advance(ExchangeChores.memory + 1)
        await ExchangeChores(pair.velora.node).doDue()
        await ExchangeChores(pair.kraft.node).doDue()
        let receipts: Int? = try await pair.velora.database.read { tx in
            try tx.first("SELECT count(*) FROM receipts") { try $0.next() }
        }
        let ids: Int? = try await pair.kraft.database.read { tx in
            try tx.first("SELECT count(*) FROM inbox") { try $0.next() }
        }
        #expect(receipts == 0 && ids == 0)
        let (node, now) = (pair.kraft.node, pair.network.time)
        let again = try await pair.kraft.database.write { tx -> [Receipt] in
            let link = try #require(try LinkStore(pair.accepter.id, tx).find(pair.link))
            return try Inbox(pair.accepter.id, node.handlers, tx, now: now, logger: node.logger)
                .receive(Batch.decode(sent), from: link)
        }
        #expect(again.map(\.outcome) == [.rejected(.idReuse)])
        #expect(try await pair.arrived() == ["once"])
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
                    return try Receipts(parsing: answer.response.body).receipts
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
        await ExchangeChores(pair.kraft.node).doDue(withAllPeers: true)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["waits"])
    }
}
