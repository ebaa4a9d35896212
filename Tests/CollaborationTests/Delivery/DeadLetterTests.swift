// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("Dead letters about handovers")
struct DeadLetterTests {
    let network = TestNetwork()

    private func linked(_ engine: Engine) async throws -> (dealer: Company, maker: Company, link: ID<Link>) {
        let dealer = try await Company("Dealer", engine, network)
        let maker = try await Company("Maker", engine, network)
        return (dealer, maker, try await dealer.link(with: maker, as: .supplier))
    }

    private func letters(_ company: Company, _ link: ID<Link>) async throws -> [DeadLetter] {
        try await company.work { try $0.deadLetters.list(of: link) }
    }

    private func sendAgain(_ company: Company, _ id: ID<Outgoing>) async throws {
        try await company.work { desk in
            try desk.deadLetters.sendAgain(id, from: desk.address(), at: desk.now)
        }
    }

    /// As if the other company had refused the offer for good.
    private func refuse(_ offer: ID<Handover>, at company: Company) async throws {
        try await company.work { desk in
            try desk.tx.run(
                """
                UPDATE outbox SET failed_at = \(desk.now), code = 'not-agreed' WHERE conversation = \(offer)
                    AND type = \(HandoverOfferedV1.type.rawValue)
                """)
        }
    }

    @Test("a letter that is not there cannot be sent again; of two clicks one sends", arguments: Engine.allCases)
    func twice(engine: Engine) async throws {
        let (dealer, _, link) = try await linked(engine)
        await #expect(throws: LinkingError.noSuchLetter) { try await sendAgain(dealer, ID()) }
        let offer = try await dealer.offer(dealer.ask(), over: link)
        try await dealer.delivery.drain()
        try await refuse(offer, at: dealer)
        let letter = try #require(try await letters(dealer, link).first).id
        let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do {
                        try await sendAgain(dealer, letter)
                        return true
                    } catch LinkingError.noSuchLetter {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(sent == 1)
        let offers: Int? = try await dealer.work { desk in
            try desk.tx.first("SELECT count(*) FROM outbox WHERE conversation = \(offer)") { try $0.next() }
        }
        #expect(offers == 2)
    }

    @Test("a refused offer needs nobody any more once it is withdrawn, nor does the refused withdrawal", arguments: Engine.allCases)
    func withdrawn(engine: Engine) async throws {
        let (dealer, maker, link) = try await linked(engine)
        let offer = try await dealer.offer(dealer.ask(), over: link)
        try await dealer.delivery.drain()
        try await refuse(offer, at: dealer)
        try await maker.work { try $0.tx.run("DELETE FROM handovers") }
        let letter = try #require(try await letters(dealer, link).first)
        #expect(letter.canBeSentAgain)
        try await dealer.work { _ = try $0.withdraw(offer, because: "solved") }
        #expect(try await letters(dealer, link).isEmpty)
        await #expect(throws: LinkingError.noSuchLetter) { try await sendAgain(dealer, letter.id) }
        try await dealer.delivery.drain()
        let codes: [String?] = try await dealer.work { desk in
            try desk.tx.all("SELECT code FROM outbox WHERE conversation = \(offer) ORDER BY convseq") { try $0.next() }
        }
        #expect(codes == ["not-agreed", "unknown-subject"])
        #expect(try await letters(dealer, link).isEmpty)
    }

    @Test("what cannot be sent again is shown without the offer to do so", arguments: Engine.allCases)
    func shownOnly(engine: Engine) async throws {
        let (dealer, _, link) = try await linked(engine)
        let offer = try await dealer.offer(dealer.ask(), over: link)
        try await dealer.work { desk in
            _ = try desk.links.propose(link, from: desk.address(), at: desk.now) { $0.kinds.append("incident") }
        }
        try await dealer.delivery.drain()
        try await refuse(offer, at: dealer)
        try await dealer.work { desk in
            try desk.tx.run("UPDATE outbox SET failed_at = \(desk.now), code = 'stale' WHERE conversation = \(link)")
            try desk.tx.run("UPDATE handovers SET state = 'declined'")
        }
        for letter in try await letters(dealer, link) {
            #expect(!letter.canBeSentAgain)
            await #expect(throws: LinkingError.overtaken) { try await sendAgain(dealer, letter.id) }
        }
        #expect(try await letters(dealer, link).count == 2)
        // Another proposal takes the place of the refused one.
        try await dealer.work { desk in
            try desk.tx.run("UPDATE links SET proposal = NULL")
            _ = try desk.links.propose(link, from: desk.address(), at: desk.now) { $0.kinds.append("incident") }
        }
        #expect(try await letters(dealer, link).map(\.type) == [HandoverOfferedV1.type])
    }

    @Test("over a link that has ended only what outlives it can be sent again", arguments: Engine.allCases)
    func ended(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.send(["late"])
        try await pair.velora.close(pair.link, of: pair.inviter)
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).map(\.canBeSentAgain) == [false])
    }

    @Test(
        "an acceptance that came too late is no dead letter once the withdrawal is here, whichever comes first",
        arguments: Engine.allCases, [false, true])
    func overtaken(engine: Engine, withdrawalFirst: Bool) async throws {
        let (dealer, maker, link) = try await linked(engine)
        let offer = try await dealer.offer(dealer.ask(), over: link)
        try await dealer.delivery.drain()
        try await maker.work { _ = try $0.accept(offer) }
        try await dealer.work { _ = try $0.withdraw(offer, because: "solved") }
        if withdrawalFirst { try await dealer.delivery.drain() }
        try await maker.delivery.drain()
        #expect(try await letters(maker, link).count == (withdrawalFirst ? 0 : 1))
        try await dealer.delivery.drain()
        #expect(try await maker.handover(offer).state == .withdrawn)
        #expect(try await letters(maker, link).isEmpty)
    }
}
