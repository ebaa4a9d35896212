// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration
@testable import Follow
@testable import Networking
@testable import Today

@Suite("An offer that the other company's system refuses")
struct RefusedOfferTests {
    /// A dealer whose offer the maker's node refuses, as it has had a handover of this id before.
    struct Refused {
        let network = TestNetwork()
        let dealer: Company
        let maker: Company
        let link: ID<Link>
        let question: ID<Case>
        let offer: ID<Handover>
        let reason = "stale: this handover has been offered before"

        init(_ engine: Engine) async throws {
            dealer = try await Company("Dealer", engine, network)
            maker = try await Company("Maker", engine, network)
            link = try await dealer.link(with: maker, as: .partner)
            question = try await dealer.ask()
            offer = try await dealer.offer(question, over: link)
            let other = try await maker.ask()
            try await maker.work { [offer, link] desk in
                try desk.handovers.add(
                    Handover(
                        id: offer, caseID: other, direction: .incoming, link: link, ask: Ask(form: .text, text: "?"),
                        offeredAt: desk.now))
            }
            try await dealer.delivery.drain()
        }

        var letter: DeadLetter {
            get async throws {
                let link = link
                return try #require(try await dealer.work { try $0.deadLetters.list(of: link).first })
            }
        }
    }

    @Test("the case is with its company again, and every page and its JSON say why", arguments: Engine.allCases)
    func back(engine: Engine) async throws {
        let refused = try await Refused(engine)
        let dealer = refused.dealer
        #expect(try await dealer.handover(refused.offer).state == .refused)
        #expect(try await dealer.handover(refused.offer).reason == refused.reason)
        let question = refused.question
        let item = try #require(try await dealer.work { try $0.cases.find(question) })
        #expect(item.holder == nil)

        let counter = try Counter(dealer)
        let number = "D-\(item.number)"
        let (staff, program) = (try await counter.member(.service), try await counter.program(.service))
        let today = try await program.get("/dealer/today", as: TodayView.self)
        let waiting = try #require(today.waiting.first { $0.number == number })
        #expect(waiting.why == "refused" && waiting.who == "Maker" && waiting.reason == refused.reason)
        #expect(try await staff.get("/dealer/today").text.contains("system did not take it: “\(refused.reason)”"))
        let handover = try #require(try await program.get("/dealer/cases/\(number)", as: CaseView.self).handovers.first)
        #expect(handover.state == .refused && handover.reason == refused.reason)
        let page = try await staff.get("/dealer/cases/\(number)").text
        #expect(page.contains("Maker’s system did not take it: “\(refused.reason)”. It is with you."))
        #expect(page.contains("The case is with you."))

        let key = try await dealer.work { [question = refused.question] in try FollowKey.make(for: question, $0) }
        let own = try await APIClient(counter.site).get("/dealer/follow/\(key)", as: FollowView.self)
        #expect(own.steps.filter(\.hasIt).map(\.company) == ["Dealer"])
        let rider = try await Browser(counter.site).get("/dealer/follow/\(key)").text
        #expect(!rider.contains("Maker is looking") && !rider.contains("passed it to Maker"))
    }

    @Test("it can be sent again, and then it waits to be accepted", arguments: Engine.allCases)
    func again(engine: Engine) async throws {
        let refused = try await Refused(engine)
        let letter = try await refused.letter
        #expect(letter.canBeSentAgain)
        try await refused.maker.work { try $0.tx.run("DELETE FROM handovers") }
        let staff = try await Counter(refused.dealer).member(.service)
        let sent = try await staff.post("/dealer/links/\(refused.link)/dead-letters/\(letter.id)")
        #expect(sent.status == 303)
        #expect(try await refused.dealer.handover(refused.offer).state == .offered)
        try await [refused.dealer, refused.maker].settle()
        #expect(try await refused.maker.handover(refused.offer).state == .offered)
        try await refused.maker.work { [offer = refused.offer] in _ = try $0.accept(offer) }
        try await [refused.dealer, refused.maker].settle()
        #expect(try await refused.dealer.handover(refused.offer).state == .accepted)
    }

    @Test("it can be left at that, and needs nobody any more", arguments: Engine.allCases)
    func left(engine: Engine) async throws {
        let refused = try await Refused(engine)
        try await refused.dealer.work { [offer = refused.offer] in _ = try $0.withdraw(offer, because: "") }
        let (dealer, link) = (refused.dealer, refused.link)
        #expect(try await dealer.work { try $0.deadLetters.list(of: link).isEmpty })
    }

    @Test("what would go in a circle is with the company that has it, as the first hears", arguments: Engine.allCases)
    func circle(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let back = try await row.supplier.link(with: row.dealer, as: .partner)
        let question = try await row.dealer.ask()
        let first = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { _ = try $0.accept(first) }
        let second = try await row.maker.offer(try await row.maker.item(first).id, over: row.toSupplier)
        try await row.all.settle()
        try await row.supplier.work { _ = try $0.accept(second) }
        let third = try await row.supplier.offer(try await row.supplier.item(second).id, over: back)
        try await row.all.settle()
        #expect(try await row.supplier.handover(third).state == .refused)
        #expect(try await row.supplier.handover(third).reason.hasPrefix("loop: "))
        let supplier = try await row.supplier.item(second)
        #expect(supplier.holder == nil)
        #expect(try await row.supplier.journey(supplier.id).filter(\.hasIt).map(\.isOwn) == [true])
        // A company beyond the supplier, if the maker was told of one, never took it on.
        let seen = try await row.dealer.journey(question).filter(\.hasIt)
        #expect(seen.count == 1 && seen.first?.step.id == "\(second)")
    }
}
