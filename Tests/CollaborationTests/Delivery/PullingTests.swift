// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Crypto
import Exchange
import Storage
import Testing

@testable import Collaboration
@testable import Networking
@testable import Partners

@Suite("A node that cannot be reached")
struct PullingTests {
    /// Velora and Kraft Drives, whose node nobody can reach any more.
    private func pair(_ engine: Engine) async throws -> (LinkedPair, Pulling) {
        let pair = try await LinkedPair(engine)
        pair.network.beforeDelivery { request in
            if request.url.hasPrefix("https://kraft.example/") { throw TestNetwork.Fault.unreachable }
        }
        return (pair, Pulling(pair.kraft.node, every: 5, jitter: { 0 }))
    }

    private func status(_ pair: LinkedPair) async throws -> LinkStatus {
        let link = try #require(try await pair.velora.link(pair.inviter, pair.link))
        return try await pair.velora.database.read { tx in try LinkStatus(link, tx) }
    }

    @Test("is linked, and learns by asking that the other side has confirmed", arguments: Engine.allCases)
    func linking(engine: Engine) async throws {
        let network = TestNetwork()
        network.beforeDelivery { request in
            if request.url.hasPrefix("https://kraft.example/") { throw TestNetwork.Fault.unreachable }
        }
        let velora = try await TestNode("velora.example", engine, network)
        let kraft = try await TestNode("kraft.example", engine, network)
        let (inviter, accepter) = (try await velora.enterprise("velora"), try await kraft.enterprise("kraft-drives"))
        let (_, url) = try await velora.invite(inviter)
        let link = try await kraft.node.accept(kraft.node.open(url, for: accepter), for: accepter, colour: 5).id
        let pulling = Pulling(kraft.node, every: 5, jitter: { 0 })
        await pulling.pullDue()
        #expect(try await kraft.link(accepter, link)?.state == .pending)
        _ = try await velora.database.write { tx in try LinkStore(inviter.id, tx).confirm(link) }
        try await velora.delivery.drain()
        #expect(try await kraft.link(accepter, link)?.state == .pending)
        network.advance(5)
        await pulling.pullDue()
        #expect(try await kraft.link(accepter, link)?.state == .active)
        #expect(try await velora.link(inviter, link)?.isToConfirm == false)
    }

    @Test(
        "fetches what waits and gives receipts, and its partners do not call it unreachable", arguments: Engine.allCases
    )
    func fetches(engine: Engine) async throws {
        let (pair, pulling) = try await pair(engine)
        let conversation = ID<Conversation>()
        try await pair.send((1...150).map { "\($0)" }, in: conversation)
        try await pair.velora.delivery.drain()
        #expect(try await status(pair).failures == 1)
        await pulling.pullDue()
        #expect(try await pair.arrived(in: conversation).count == 150)
        let status = try await status(pair)
        #expect(status.waiting == 0 && status.isFetched && status.failures == 0 && status.trouble == nil)
        #expect(status.lastReceipt == pair.network.time)
        // What it says itself goes the usual way.
        try await pair.kraft.send(["thanks"], from: pair.accepter, over: pair.link)
        try await pair.kraft.delivery.drain()
        #expect(try await pair.velora.effects(pair.inviter) == ["thanks"])
    }

    @Test("asks as often as it was told, and less often while nobody answers", arguments: Engine.allCases)
    func backOff(engine: Engine) async throws {
        let (pair, pulling) = try await pair(engine)
        func asked() -> Int { pair.network.sent.count { $0.method == "GET" && $0.url.contains("/outbox") } }
        await pulling.pullDue()
        await pulling.pullDue()
        #expect(asked() == 1)
        pair.network.advance(5)
        await pulling.pullDue()
        #expect(asked() == 2)
        pair.network.beforeDelivery { _ in throw TestNetwork.Fault.unreachable }
        for _ in 0..<60 {
            pair.network.advance(5)
            await pulling.pullDue()
        }
        #expect((5...8).contains(asked() - 2))
        pair.network.heal()
        try await pair.send(["at last"])
        pair.network.advance(600)
        await pulling.pullDue()
        #expect(try await pair.arrived() == ["at last"])
    }

    @Test("gets what outlives a link that has ended, and nothing else of it", arguments: Engine.allCases)
    func closed(engine: Engine) async throws {
        let (pair, pulling) = try await pair(engine)
        try await pair.send(["too late"])
        try await pair.velora.close(pair.link, of: pair.inviter)
        await pulling.pullDue()
        #expect(try await pair.kraft.link(pair.accepter, pair.link)?.state == .active)
        try await pair.kraft.close(pair.link, of: pair.accepter)
        try await pair.velora.revoke("c1", from: pair.inviter, over: pair.link, in: ID())
        pair.network.advance(5)
        await pulling.pullDue()
        #expect(try await pair.arrived().isEmpty)
        pair.network.advance(Pulling.intervalOfEnded)
        await pulling.pullDue()
        #expect(try await pair.arrived() == ["forget c1"])
    }

    @Test("ends a link that the other side has refused to confirm", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let (pair, pulling) = try await pair(engine)
        try await pair.velora.close(pair.link, of: pair.inviter)
        try await pair.kraft.database.write { tx in try tx.run("UPDATE links SET state = 'pending'") }
        await pulling.pullDue()
        #expect(try await pair.kraft.link(pair.accepter, pair.link)?.state == .closed)
    }

    @Test("does not ask the companies that it hosts", arguments: Engine.allCases)
    func hosted(engine: Engine) async throws {
        let pair = try await LinkedPair(engine, onOneNode: true)
        await Pulling(pair.velora.node, every: 1).pullDue()
        let asked: [Timestamp?] = try await pair.velora.database.read { tx in
            try tx.all("SELECT asked_at FROM destinations") { try $0.next() }
        }
        #expect(asked == [nil, nil])
    }

    @Test("brings the files that its peers wait for, and no others", arguments: Engine.allCases)
    func files(engine: Engine) async throws {
        let network = TestNetwork()
        let maker = try await Company("Velora", engine, network)
        let dealer = try await Company("Spoke", engine, network)
        let link = try await maker.link(with: dealer, as: .partner)
        network.beforeDelivery { request in
            if request.url.hasPrefix("https://spoke.example/") { throw TestNetwork.Fault.unreachable }
        }
        let photo = Array("\u{89}PNG not really".utf8)
        let offer = try await dealer.offer(dealer.ask(photo: photo), over: link)
        try await dealer.delivery.drain()
        let item = try await maker.item(offer)
        func file() async throws -> Collaboration.Attachment {
            try await maker.work { desk in
                let files = try desk.attachments.list(of: desk.messages.list(of: item.id).map(\.id))
                return try #require(files.values.flatMap(\.self).first)
            }
        }
        #expect(try await file().comingOver == link)
        func brought() -> Int { network.sent.count { $0.method == "POST" && $0.url.contains("/attachments/") } }
        let pulling = Pulling(dealer.node, every: 5, jitter: { 0 })
        for _ in 0..<4 {
            await pulling.pullDue()
            network.advance(5)
        }
        let here = try await file()
        #expect(here.comingOver == nil && brought() == 1)
        #expect(try await maker.work { try $0.attachments.bytes(here.digest) } == photo)
        // Asked once while there was something, and once more to hear that it is all.
        #expect(network.sent.count { $0.method == "GET" && $0.url.contains("/attachments?") } == 2)

        // What nobody waits for is not taken.
        let there = Destination(enterprise: dealer.enterprise.id, link: link)
        let contact = try #require(try await dealer.database.read { tx in try dealer.node.contact(there, tx) })
        let other = Array("something else".utf8)
        for (digest, status) in [(FileDigest.of(other), 404), (here.digest.hex, 400)] {
            let answer = try await contact.call(
                "POST", "\(contact.peer.endpoints.attachment(digest))?link=\(link)",
                body: (ExchangeNode.bytesType, other),
                through: dealer.node)
            #expect(answer.response.status == status)
        }
    }
}

private enum FileDigest {
    static func of(_ bytes: [UInt8]) -> String { Array(SHA256.hash(data: bytes)).hex }
}
