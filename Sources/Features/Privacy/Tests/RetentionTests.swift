// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Networking

@Suite("The contract's retention")
struct RetentionTests {
    typealias Told = ErasureTests.Told

    private func chores(_ company: Company, after days: Int) async throws {
        company.network.advance(days * 86_400)
        try await KeepToRetention.run(company.kernel, company.database, at: company.network.time)
    }

    private func settled(_ engine: Engine) async throws -> Told {
        let told = try await Told(engine)
        try await told.row.supplier.work { [second = told.second] in _ = try $0.answer(second, Answer(text: "Yes, Lotte Peeters.")) }
        try await told.row.all.settle()
        try await told.row.maker.work { [first = told.first] in _ = try $0.answer(first, Answer(text: "Yes.")) }
        try await told.row.all.settle()
        return told
    }

    @Test("what another company told of its customer is erased so long after the case", arguments: Engine.allCases)
    func afterTheCase(engine: Engine) async throws {
        let told = try await settled(engine)
        let maker = told.row.maker
        try await chores(maker, after: 729)
        #expect(try await maker.holds(ErasureTests.canaries) == Set(ErasureTests.canaries))
        try await chores(maker, after: 2)
        #expect(try await maker.holds(ErasureTests.canaries) == [])
        let item = try await maker.item(told.first)
        let event = try await maker.work { desk in try desk.events(of: item.id.uuid).first { $0.type == "erasure.done" } }
        #expect(event?.actorName == "contract’s retention")
        #expect(try event?.data(as: ErasureDone.self)?.cause == .retention)
        #expect(try await maker.work { try $0.messages.list(of: item.id).compactMap(\.erased) }.allSatisfy { $0 == .retention })
        #expect(try await maker.handover(told.first).state == .answered)
        let count = try await maker.work { try $0.erasures.list(about: item).count }
        try await chores(maker, after: 1)
        #expect(try await maker.work { try $0.erasures.list(about: item).count } == count, "once is enough")
    }

    @Test("an open case, and a customer of one's own, are kept", arguments: Engine.allCases)
    func kept(engine: Engine) async throws {
        let told = try await Told(engine)
        try await chores(told.row.maker, after: 5_000)
        #expect(try await told.row.maker.holds(["canary words"]) == ["canary words"])
        try await chores(told.row.dealer, after: 1)
        #expect(try await told.row.dealer.holds(["canary words"]) == ["canary words"])
    }

    @Test("once the link has ended it counts from there, open or not", arguments: Engine.allCases)
    func afterTheLink(engine: Engine) async throws {
        let told = try await Told(engine)
        let (maker, supplier, link) = (told.row.maker, told.row.supplier, told.row.toSupplier)
        let (scope, now) = (supplier.enterprise.id, supplier.network.time)
        try await supplier.database.write { tx in
            let links = LinkStore(scope, tx)
            if let link = try links.take(link) { try links.close(link, at: now) }
        }
        try await chores(supplier, after: 89)
        #expect(try await supplier.holds(["canary words"]) == ["canary words"])
        try await chores(supplier, after: 2)
        #expect(try await supplier.holds(["canary words"]) == [])
        #expect(try await maker.holds(["canary words"]) == ["canary words"], "another link is none of its business")
    }

    @Test("a case that cannot be erased stops no other", arguments: Engine.allCases)
    func failing(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        var items: [ID<Case>] = []
        for words in ["The broken one", "The whole one"] {
            let offer = try await row.dealer.offer(row.dealer.ask(words), over: row.toMaker)
            try await row.all.settle()
            try await row.maker.work { _ = try $0.accept(offer) }
            try await row.maker.work { _ = try $0.answer(offer, Answer(text: "Yes.")) }
            try await row.all.settle()
            items.append(try await row.maker.item(offer).id)
        }
        try await row.maker.work { [broken = items[0]] in
            try $0.tx.run("UPDATE messages SET channel = 'pigeon' WHERE case_id = \(broken)")
        }
        try await chores(row.maker, after: 800)
        #expect(try await row.maker.holds(["the broken one", "the whole one"]) == ["the broken one"])
    }

    @Test("a letter that cannot be read keeps no other from being erased", arguments: Engine.allCases)
    func letters(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let dealer = row.dealer
        let questions = [try await dealer.ask("The broken one"), try await dealer.ask("The whole one")]
        var offers: [ID<Handover>] = []
        for question in questions {
            offers.append(try await dealer.offer(question, over: row.toMaker))
            let wish = try await dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
            try await dealer.work { _ = try $0.erase(wish) }
            row.network.advance(1)
        }
        try await row.all.settle()
        try await dealer.work { [broken = offers[0]] in
            try $0.tx.run("UPDATE outbox SET event = \(Array("{".utf8)) WHERE conversation = \(broken)")
        }
        try await KeepToRetention.run(dealer.kernel, dealer.database, at: row.network.time)
        #expect(try await dealer.holds(["the whole one"]) == [])
    }
}
