// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking
@testable import Office

@Suite("A question crosses companies and the answer comes back")
struct ChainTests {
    typealias Row = CompanyRow

    @Test("it goes on to the supplier, and the answer returns as each company passes it on", arguments: Engine.allCases, [false, true])
    func there(engine: Engine, onOneNode: Bool) async throws {
        let row = try await Row(engine, onOneNode: onOneNode)
        let question = try await row.dealer.ask()
        let first = try await row.dealer.offer(question, over: row.toMaker, .yesNo)
        try await row.all.settle()
        #expect(try await row.maker.handover(first).state == .offered)
        #expect(try await row.maker.item(first).customer == nil)
        #expect(try await row.maker.item(first).customerLabel == "a customer of Spoke")

        try await row.maker.work { try $0.accept(first) }
        try await row.all.settle()
        #expect(try await row.dealer.handover(first).state == .accepted)
        let known = try #require(try await row.maker.item(first).customer)
        let customer = try await row.maker.work { try $0.customers.find(known) }
        #expect(customer?.name == "Lotte Canary Peeters")
        #expect(customer?.knownThrough?.company == "Spoke")

        let second = try await row.maker.offer(try await row.maker.item(first).id, over: row.toSupplier, .document)
        try await row.all.settle()
        try await row.supplier.work { try $0.accept(second) }
        try await row.all.settle()
        #expect(try await row.supplier.item(second).customerLabel == "a customer of a partner")
        #expect(try await row.supplier.item(second).customer == nil)
        #expect(try await row.dealer.journey(question).map { $0.step.company } == ["Spoke", "Velora", "a supplier"])
        #expect(try await row.dealer.journey(question).map(\.hasIt) == [false, false, true])
        #expect(try await row.supplier.journey(row.supplier.item(second).id).map { $0.step.company } == ["a partner", "Velora", "Kraft"])

        let report = Upload(name: "report.pdf", bytes: Array("%PDF-1.7 passed".utf8))
        try await row.supplier.work { try $0.answer(second, Answer(text: "It passed."), files: [report]) }
        try await row.all.settle()
        #expect(try await row.maker.handover(second).answer?.text == "It passed.")
        try await row.maker.work { try $0.answer(first, Answer(isYes: true, text: "Yes, certified.")) }
        try await row.all.settle()
        let returned = try await row.dealer.handover(first)
        #expect(returned.state == .answered)
        #expect(returned.answer?.isYes == true)
        #expect(returned.answer?.text == "Yes, certified.")
        #expect(try await row.dealer.journey(question).map(\.hasIt) == [true, false, false])
    }

    @Test("internal notes and withheld fields are neither on the wire nor in another company's database", arguments: Engine.allCases)
    func nothingLeaks(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask(note: "CANARY-NOTE: between us")
        let first = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        let beforeAcceptance = row.network.sent.compactMap(\.body).map { String(decoding: $0, as: UTF8.self) }
        #expect(!beforeAcceptance.contains { $0.contains("Canary") || $0.contains("+32470555001") })
        try await row.maker.work { try $0.accept(first) }
        try await row.all.settle()
        try await row.maker.work { desk in
            try desk.change(try #require(try desk.handovers.find(first)).caseID) { item in
                _ = try desk.write("CANARY-NOTE of the maker", to: .onlyUs, in: &item)
            }
        }
        let second = try await row.maker.offer(try await row.maker.item(first).id, over: row.toSupplier)
        try await row.all.settle()
        try await row.supplier.work { try $0.accept(second) }
        try await row.supplier.work { try $0.answer(second, Answer(text: "Yes.")) }
        try await row.all.settle()

        let wire = row.network.sent.compactMap(\.body).map { String(decoding: $0, as: UTF8.self) }
        #expect(wire.contains { $0.contains("+32470555001") }, "the contact went to the maker")
        #expect(!wire.contains { $0.contains("CANARY-NOTE") })
        let toSupplier = row.network.sent.filter { $0.url.contains("kraft") }.compactMap(\.body)
        #expect(!toSupplier.contains { String(decoding: $0, as: UTF8.self).contains("Canary") })
        #expect(!toSupplier.contains { String(decoding: $0, as: UTF8.self).contains("+32470555001") })
        if case .sqlite(let path) = row.supplier.database.location {
            for file in [path, path + "-wal"] where FileManager.default.fileExists(atPath: file) {
                let bytes = try Data(contentsOf: URL(filePath: file))
                for canary in ["CANARY-NOTE", "Lotte Canary", "+32470555001", "Canaryville"] {
                    #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(canary) is at the supplier")
                }
            }
        }
    }

    @Test("a company that declines puts the case back, with its reason", arguments: Engine.allCases)
    func declined(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        #expect(try await row.dealer.work { try $0.cases.find(question)?.holder?.name } == "Velora")
        try await row.maker.work { try $0.decline(offer, because: "not our bike") }
        try await row.all.settle()
        #expect(try await row.dealer.handover(offer).state == .declined)
        #expect(try await row.dealer.handover(offer).reason == "not our bike")
        #expect(try await row.dealer.work { try $0.cases.find(question)?.holder } == nil)
        try await row.dealer.offer(question, over: row.toMaker)
    }

    @Test("a withdrawal that crosses an acceptance wins on both sides", arguments: Engine.allCases)
    func crossing(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.dealer.work { try $0.withdraw(offer, because: "solved") }
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        #expect(try await row.dealer.handover(offer).state == .withdrawn)
        #expect(try await row.maker.handover(offer).state == .withdrawn)
        #expect(try await row.maker.item(offer).customer == nil, "no contact goes with a withdrawn ask")
    }

    @Test("an answer that a withdrawal crosses was not given, and its words stay with who wrote them", arguments: Engine.allCases)
    func crossedAnswer(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        try await row.dealer.work { try $0.withdraw(offer, because: "solved") }
        _ = try await row.maker.work { try $0.answer(offer, Answer(text: "Replace the controller.")) }
        try await row.all.settle()
        for company in [row.dealer, row.maker] {
            #expect(try await company.handover(offer).state == .withdrawn)
            #expect(try await company.handover(offer).answer == nil)
        }
        let there = try await row.maker.item(offer).id
        let kept = try await row.maker.work { try $0.messages.list(of: there, limit: 10).map(\.body) }
        #expect(kept.contains("Replace the controller."))
    }

    @Test("an offer that nobody accepts in time comes back, and cannot be accepted any more", arguments: Engine.allCases)
    func expired(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker, acceptIn: 600)
        try await row.all.settle()
        row.network.advance(601)
        await #expect(throws: HandoverRefusal.acceptanceTooLate) { try await row.maker.work { try $0.accept(offer) } }
        try await row.dealer.work { try $0.expire(offer) }
        try await row.dealer.work { try $0.expire(offer) }
        try await row.all.settle()
        #expect(try await row.dealer.handover(offer).state == .expired)
        #expect(try await row.maker.handover(offer).state == .expired)
    }

    @Test("what is returned is ours again", arguments: Engine.allCases)
    func returned(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker, .takeOver)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(offer) }
        try await row.maker.work { try $0.giveBack(offer, because: "needs the shop") }
        try await row.all.settle()
        #expect(try await row.dealer.handover(offer).state == .returned)
        #expect(try await row.dealer.work { try $0.cases.find(question)?.holder } == nil)
    }

    @Test("two companies can be asked at once", arguments: Engine.allCases)
    func twoAtOnce(engine: Engine) async throws {
        let row = try await Row(engine)
        let toSupplier = try await row.dealer.link(with: row.supplier, as: .supplier)
        let question = try await row.dealer.ask()
        let one = try await row.dealer.offer(question, over: row.toMaker)
        let two = try await row.dealer.offer(question, over: toSupplier)
        await #expect(throws: OfferRefusal.self) { try await row.dealer.offer(question, over: toSupplier) }
        try await row.all.settle()
        try await row.maker.work { try $0.accept(one) }
        try await row.supplier.work { try $0.accept(two) }
        try await row.supplier.work { try $0.answer(two, Answer(text: "Yes.")) }
        try await row.all.settle()
        #expect(try await row.dealer.handover(one).state == .accepted)
        #expect(try await row.dealer.handover(two).state == .answered)
        #expect(try await row.dealer.work { try $0.cases.find(question)?.holder?.name } == "Velora")
    }

    @Test("a customer who takes the sharing back is forgotten where it went", arguments: Engine.allCases)
    func takenBack(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        let known = try #require(try await row.maker.item(offer).customer)
        try await row.dealer.work { desk in
            try desk.change(question) { item in
                try desk.revokeContact(of: &item, telling: nil, because: "taken back")
            }
        }
        try await row.all.settle()
        let forgotten = try await row.maker.work { desk in
            (try desk.customers.find(known)?.name, try desk.customers.contactPoints(of: known))
        }
        #expect(forgotten.0 == "–")
        #expect(forgotten.1.isEmpty)
        let ledger = try await row.dealer.work { try $0.disclosed(of: question) }
        #expect(ledger.filter(\.isPersonal).allSatisfy { $0.takenBackAt != nil })
        #expect(!ledger.filter(\.isPersonal).isEmpty)
    }

    @Test("five companies in a row, and none twice", arguments: Engine.allCases)
    func five(engine: Engine) async throws {
        let network = TestNetwork()
        var companies: [Company] = []
        for name in ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"] {
            companies.append(try await Company(name, engine, network))
        }
        var links: [ID<Link>] = []
        for index in 0..<4 { links.append(try await companies[index].link(with: companies[index + 1], as: .supplier)) }
        let back = try await companies[2].link(with: companies[0], as: .supplier)
        var item = try await companies[0].ask()
        var offers: [ID<Handover>] = []
        for index in 0..<4 {
            offers.append(try await companies[index].offer(item, over: links[index]))
            try await companies.settle()
            let offer = offers[index]
            try await companies[index + 1].work { try $0.accept(offer) }
            try await companies.settle()
            item = try await companies[index + 1].item(offer).id
        }
        let names = try await companies[0].journey(try await companies[0].item(offers[0]).id).map { $0.step.company }
        #expect(names == ["Alpha", "Beta", "a supplier", "a supplier", "a supplier"])

        let loop = try await companies[2].offer(try await companies[2].item(offers[1]).id, over: back)
        try await companies.settle()
        let third = companies[2]
        let letters = try await third.database.read { tx in try DeadLetters(third.enterprise.id, tx, rules: Basis.features.letterRules).list(of: back) }
        #expect(letters.count == 1)
        #expect(try await companies[0].work { try $0.handovers.find(loop) } == nil)

        for index in (0..<4).reversed() {
            let offer = offers[index]
            try await companies[index + 1].work { try $0.answer(offer, Answer(text: "Answer of \(index + 1).")) }
            try await companies.settle()
        }
        #expect(try await companies[0].handover(offers[0]).answer?.text == "Answer of 1.")
    }

    @Test("lost responses double nothing", arguments: Engine.allCases)
    func lostResponses(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        row.network.afterDelivery { _ in throw TestNetwork.Fault.responseLost }
        try await row.all.settle()
        row.network.heal()
        row.network.advance(60)
        try await row.all.settle()
        let cases = try await row.maker.work { try $0.cases.count(CaseFilter(), by: nil) }
        #expect(cases == 1)
        #expect(try await row.maker.handover(offer).state == .offered)
    }

    @Test("a message reaches exactly those it names", arguments: Engine.allCases)
    func audiences(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        let toMaker = row.toMaker
        await #expect(throws: AudienceRefusal.notShared(company: "Velora")) {
            try await row.dealer.work { desk in
                try desk.change(question) { item in
                    _ = try desk.write("Too early.", to: Audience(customer: false, links: [toMaker]), in: &item)
                }
            }
        }
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        try await row.dealer.work { desk in
            try desk.change(question) { item in
                _ = try desk.write("For the maker.", to: Audience(customer: false, links: [toMaker]), in: &item)
                _ = try desk.write("For the rider.", to: Audience(customer: true), in: &item)
            }
        }
        try await row.all.settle()
        let there = try await row.maker.item(offer).id
        let bodies = try await row.maker.work { try $0.messages.list(of: there).map(\.body) }
        #expect(bodies == ["Is my battery certified?", "For the maker."])
        let toCustomer = try await row.dealer.work { try $0.messages.list(of: question, toCustomerOnly: true).map(\.body) }
        #expect(toCustomer == ["Is my battery certified?", "For the rider."])
        await #expect(throws: AudienceRefusal.notOurCustomer) {
            try await row.maker.work { desk in
                try desk.change(there) { item in
                    _ = try desk.write("Hello", to: Audience(customer: true), in: &item)
                }
            }
        }
    }

    @Test("a case of another company goes on only after its ask was accepted, and ends here with it", arguments: Engine.allCases)
    func onlyAccepted(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        let there = try await row.maker.item(offer).id
        await #expect(throws: OfferRefusal.notAccepted) { try await row.maker.offer(there, over: row.toSupplier) }
        try await row.dealer.work { try $0.withdraw(offer, because: "solved") }
        try await row.all.settle()
        #expect(try await row.maker.item(offer).isOpen == false)
        let waiting = try await row.maker.work { try $0.waitingCases(for: $0.enterpriseMember).count }
        #expect(waiting == 0)
    }

    @Test("an acceptance in time counts when it arrives late", arguments: Engine.allCases)
    func lateArrival(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker, acceptIn: 600)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(offer) }
        row.network.advance(3600)
        try await row.all.settle()
        #expect(try await row.dealer.handover(offer).state == .accepted)
    }

    @Test("who takes the sharing back from all is not shared again, in no case and with nobody", arguments: Engine.allCases)
    func neverAgain(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        try await row.dealer.work { desk in
            try desk.change(question) { item in
                try desk.revokeContact(of: &item, telling: nil, because: "no")
            }
        }
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        #expect(try await row.maker.item(offer).customer == nil)
        let wire = row.network.sent.compactMap(\.body).map { String(decoding: $0, as: UTF8.self) }
        #expect(!wire.contains { $0.contains("+32470555001") })
    }

    @Test("a company speaks in no other name than its own, and not before it has accepted", arguments: Engine.allCases)
    func names(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        func say(_ author: String, _ company: String) async throws {
            let event = MessageAddedV1(
                message: UUID(), handover: offer.uuid, author: author, company: company, text: "Refund to me.",
                writtenAt: WireTime(seconds: 0), audience: [], isForCustomer: false)
            try await row.dealer.work { desk in
                let link = try #require(try desk.links.find(row.toMaker))
                try desk.receive(event, from: link)
            }
        }
        await #expect(throws: Rejection.self) { try await say("", "Velora") }
        try await row.maker.work { try $0.accept(offer) }
        try await row.all.settle()
        try await say("", "Velora")
        try await say("Your Bank", "Your Bank")
        let authors = try await row.dealer.work { desk in
            try desk.messages.list(of: question).filter { $0.body == "Refund to me." }.map(\.author)
        }
        #expect(authors.count == 2 && authors.allSatisfy { $0.kind == .company && $0.name.hasSuffix("Velora") })
    }

    @Test("a company that declined tells the customer nothing", arguments: Engine.allCases)
    func progressAfterDecline(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.decline(offer, because: "no") }
        try await row.all.settle()
        let event = ProgressV1(
            handover: offer.uuid,
            steps: [JourneyStepV1(id: "x", company: "Your Bank", stage: "accepted", since: WireTime(seconds: 0))])
        await #expect(throws: Rejection.self) {
            try await row.dealer.work { desk in
                let link = try #require(try desk.links.find(row.toMaker))
                try desk.receive(event, from: link)
            }
        }
        #expect(try await row.dealer.journey(question).map { $0.step.company } == ["Spoke", "Velora"])
    }

    @Test("long texts in any script arrive", arguments: Engine.allCases)
    func longTexts(engine: Engine) async throws {
        let row = try await Row(engine)
        let question = try await row.dealer.ask(String(repeating: "Πιστοποιημένο; ", count: 640))
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        #expect(try await row.maker.handover(offer).state == .offered)
    }
}

extension Desk {
    /// Somebody who owns nothing.
    fileprivate var enterpriseMember: ID<Member> { ID() }
}
