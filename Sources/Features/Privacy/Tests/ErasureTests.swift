// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Logging
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Follow
@testable import Networking
@testable import Office

@Suite("A customer asks to be forgotten")
struct ErasureTests {
    typealias Row = CompanyRow

    /// Words that only the customer, or who they are, can have put anywhere.
    static let canaries = ["Lotte", "Peeters", "+32470555001", "Canaryville", "canary words"]

    /// A question that has gone from the dealer to the maker, who knows whose it is, and to the supplier, who does not.
    struct Told {
        let row: Row
        let question: ID<Case>
        let first: ID<Handover>
        let second: ID<Handover>

        init(_ engine: Engine, onOneNode: Bool = false) async throws {
            row = try await Row(engine, onOneNode: onOneNode)
            question = try await row.dealer.ask(
                "My canary words: is it certified?", note: "Call Lotte Peeters on +32470555001, she is kind.",
                photo: Array("\u{89}PNG\r\n\u{1A}\n canary words".utf8))
            first = try await row.dealer.offer(question, over: row.toMaker)
            try await row.all.settle()
            try await row.maker.work { [first] in try $0.accept(first) }
            try await row.all.settle()
            let item = try await row.maker.item(first).id
            try await row.maker.work { desk in
                try desk.change(item) { item in
                    _ = try desk.write("lotte peeters asks for a certificate.", to: .onlyUs, in: &item)
                }
            }
            second = try await row.maker.offer(item, over: row.toSupplier)
            try await row.all.settle()
            try await row.supplier.work { [second] in try $0.accept(second) }
            try await row.all.settle()
        }

        @discardableResult
        func ask() async throws -> ID<Erasure> {
            try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        }

        /// What waits for a decision about the handover's case.
        func asked(_ company: Company, _ handover: ID<Handover>) async throws -> [Erasure] {
            let item = try await company.item(handover)
            return try await company.work { try $0.erasures.list(about: item).filter { $0.state == .asked } }
        }
    }

    @Test("erased at the originator, it goes along the ledgers, and each answer comes back", arguments: Engine.allCases, [false, true])
    func along(engine: Engine, onOneNode: Bool) async throws {
        let told = try await Told(engine, onOneNode: onOneNode)
        let (row, question, first, second) = (told.row, told.question, told.first, told.second)
        let wish = try await told.ask()
        try await row.all.settle()
        #expect(try await told.asked(row.maker, first).isEmpty, "it goes on when the dealer's staff decide")

        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, first).first)
        #expect(try await told.asked(row.supplier, second).isEmpty)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [nil], "the maker answers when it knows")
        let atSupplier = try #require(try await told.asked(row.supplier, second).first)
        try await row.supplier.work { _ = try $0.refuse(atSupplier.id, on: .legalClaims, reason: "A trial.", passingOn: false) }
        try await row.all.settle()

        let view = try await row.dealer.outcome(wish)
        #expect(view.companies.map(\.company) == ["Velora"])
        #expect(view.companies.map(\.isErased) == [true])
        #expect(view.beyond.map(\.company) == ["a supplier"])
        #expect(view.beyond.map(\.isErased) == [false])
        #expect(view.beyond.first?.ground == "legalClaims")
        #expect(try await row.dealer.work { try $0.disclosed(of: question).allSatisfy { $0.takenBackAt != nil } })
    }

    @Test("after «done» neither who they are nor what they wrote is in any text of the enterprise", arguments: Engine.allCases)
    func nowhere(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, question) = (told.row, told.question)
        #expect(try await row.dealer.holds(Self.canaries) == Set(Self.canaries))
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        #expect(try await row.dealer.holds(Self.canaries) == [])
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        #expect(try await row.maker.holds(Self.canaries) == [])
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        #expect(try await row.supplier.holds(Self.canaries) == [])
        let item = try #require(try await row.dealer.work { try $0.cases.find(question) })
        #expect(item.title == "S-\(item.number)")
        #expect(item.product == "City 500")
        #expect(try await row.dealer.handover(told.first).state == .accepted)
        let found = try await row.dealer.work { desk in
            (try desk.cases.search("canary"), try desk.customers.list(search: "lotte"), try desk.messages.list(of: item.id))
        }
        #expect(found.0.isEmpty && found.1.isEmpty)
        #expect(found.2.map(\.erased) == [.request, nil])
        #expect(found.2.last?.body == "Call […] on […], she is kind.")
    }

    @Test("a refusal names its ground, goes nowhere by itself, and may be passed on", arguments: Engine.allCases, [false, true])
    func refused(engine: Engine, passingOn: Bool) async throws {
        let told = try await Told(engine)
        let wish = try await told.ask()
        try await told.row.dealer.work {
            _ = try $0.refuse(wish, on: .legalObligation, reason: "The books.", passingOn: passingOn)
        }
        try await told.row.all.settle()
        #expect(try await told.asked(told.row.maker, told.first).count == (passingOn ? 1 : 0))
        #expect(try await told.row.dealer.holds(["Lotte"]) == ["Lotte"])
        let view = try await told.row.dealer.outcome(wish)
        #expect(view.state == .refused && view.ground == "legalObligation" && view.reason == "The books.")
        await #expect(throws: DecisionRefusal.alreadyDecided) { try await told.row.dealer.work { _ = try $0.erase(wish) } }
        let again = try await told.ask()
        #expect(again != wish, "they may ask again")
        #expect(try await told.ask() == again, "asked twice it is one wish")
    }

    @Test("words about a wish that was refused before go with the next", arguments: Engine.allCases)
    func earlierWords(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, dealer) = (told.row, told.row.dealer)
        let refused = try await told.ask()
        try await dealer.work {
            _ = try $0.refuse(refused, on: .legalClaims, reason: "Lotte Peeters owes us.", passingOn: true)
        }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work {
            _ = try $0.refuse(atMaker.id, on: .legalClaims, reason: "Peeters owes us, too.", passingOn: false)
        }
        try await row.all.settle()
        func words() async throws -> [String] {
            try await dealer.work { desk in
                let erasure = try #require(try desk.erasures.find(refused))
                return try [erasure.reason] + desk.erasures.requests(of: refused).map(\.reason)
            }
        }
        #expect(try await words() == ["Lotte Peeters owes us.", "Peeters owes us, too."])
        let wish = try await told.ask()
        try await dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        #expect(try await words() == ["[…] owes us.", "[…] owes us, too."])
        #expect(try await dealer.holds(Self.canaries) == [])
        let again = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(again.id) }
        try await row.all.settle()
        #expect(try await row.maker.holds(Self.canaries) == [])
    }

    @Test("who they were before goes, too, as far as the case keeps it", arguments: Engine.allCases)
    func former(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let dealer = row.dealer
        let question = try await dealer.ask(name: "Lotte Peeters")
        try await dealer.asCustomer(of: question) { desk, item in
            try desk.requestCall(of: &item, on: "+32 470 55 50 99", when: "after five")
        }
        try await dealer.work { desk in
            try desk.change(question) { item in
                var customer = try #require(try item.customer.flatMap { try desk.customers.find($0) })
                customer.name = "Lotte Janssens"
                try desk.customers.save(customer, reachedBy: [])
                _ = try desk.write("Mrs Peeters is on +32470555099, says LOTTE JANSSENS.", to: .onlyUs, in: &item)
            }
        }
        let wish = try await dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await dealer.work { _ = try $0.erase(wish) }
        let words = try await dealer.work { try $0.messages.list(of: question).last?.body }
        #expect(words == "Mrs […] is on […], says […].")
        let names = ["Lotte", "Peeters", "Janssens", "470555099", "470 55 50 99"]
        #expect(try await dealer.holds(names) == [])
    }

    @Test("one that cannot be finished keeps no other from it", arguments: Engine.allCases)
    func isolated(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let dealer = row.dealer
        var wishes: [ID<Erasure>] = []
        for name in ["Zaphod Beeblebrox", "Arthur Dent"] {
            let question = try await dealer.ask(name: name)
            let wish = try await dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
            try await dealer.work { _ = try $0.erase(wish) }
            wishes.append(wish)
            row.network.advance(1)
        }
        let (broken, other) = (wishes[0], wishes[1])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        func finish() async throws {
            try await FinishErasures.run(dealer.kernel, dealer.database, at: row.network.time, logger: logger)
        }
        try await dealer.work { try $0.tx.run("UPDATE erasures SET cause = 'nonsense' WHERE id = \(broken)") }
        try await finish()
        #expect(try await dealer.work { try $0.erasures.find(other)?.cleanedAt } != nil)
        try await dealer.work { try $0.tx.run("UPDATE erasures SET cause = 'customer' WHERE id = \(broken)") }
        try await finish()
        #expect(try await dealer.work { try $0.erasures.find(broken)?.cleanedAt } != nil)
    }

    @Test("it reaches those who were told also after the link has ended", arguments: Engine.allCases)
    func afterTheLink(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, now) = (told.row, told.row.network.time)
        for company in [row.dealer, row.maker] {
            let scope = company.enterprise.id
            try await company.database.write { tx in
                let links = LinkStore(scope, tx)
                if let link = try links.take(row.toMaker) { try links.close(link, at: now) }
            }
        }
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        let view = try await row.dealer.outcome(wish)
        #expect(view.companies.map(\.isErased) == [true])
        #expect(view.beyond.map(\.isErased) == [true])
        #expect(try await row.maker.holds(Self.canaries) == [])
    }

    @Test("nobody can ask about, or answer for, what went over another link", arguments: Engine.allCases)
    func otherLinks(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, first) = (told.row, told.first)
        // The supplier names a handover, and a customer, that the dealer brought to the maker.
        let reference = try await row.maker.work { desk in
            let item = try #require(try desk.handovers.find(first).flatMap { try desk.cases.find($0.caseID) })
            return try #require(try item.customer.flatMap { try desk.customers.find($0) }?.knownThrough?.reference)
        }
        let wish = UUID()
        try await row.supplier.send(ErasureRequestedV1(request: wish, customer: reference, handover: first.uuid), over: row.toSupplier)
        try await row.all.settle()
        #expect(try await told.asked(row.maker, first).isEmpty)
        // Nor can it answer what the dealer asked the maker.
        let asked = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(asked) }
        let request = try #require(try await row.dealer.work { try $0.erasures.requests(of: asked).first })
        try await row.maker.send(ErasureAnsweredV1(request: request.id.uuid, result: .done), over: row.toSupplier)
        try await row.all.settle()
        #expect(try await row.dealer.outcome(asked).companies.map(\.isErased) == [nil])
    }

    @Test("two cases at one company are two requests and one answer for the customer", arguments: Engine.allCases)
    func twoCases(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, question) = (told.row, told.question)
        let second = try await row.dealer.work { desk in
            let customer = try #require(try desk.cases.find(question)?.customer)
            var draft = CaseDraft(
                kind: Question.name, title: "Another", body: "More canary words", author: .init(.customer, name: "Lotte"),
                audience: Audience(customer: true))
            draft.customer = customer
            return try desk.open(draft).case.id
        }
        let offer = try await row.dealer.offer(second, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { _ = try $0.accept(offer) }
        try await row.all.settle()
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let known = try #require(try await row.maker.item(offer).customer)
        let asked = try await row.maker.work { try $0.erasures.list(of: known) }
        #expect(asked.count == 2)
        try await row.maker.work { _ = try $0.erase(asked[1].id) }
        #expect(try await row.maker.work { try $0.customers.find(known)?.erasedAt } == nil, "a case of theirs is left")
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [nil], "half an answer is none")
        try await row.maker.work { _ = try $0.erase(asked[0].id) }
        #expect(try await row.maker.work { try $0.customers.find(known)?.name } == "Erased customer")
        #expect(try await row.maker.holds(Self.canaries) == [])
        try await row.all.settle()
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [true])
    }

    @Test("nothing is added to somebody who was erased", arguments: Engine.allCases)
    func never(engine: Engine) async throws {
        let told = try await Told(engine)
        let (dealer, question) = (told.row.dealer, told.question)
        let wish = try await told.ask()
        try await dealer.work { _ = try $0.erase(wish) }
        await #expect(throws: ErasureRefusal.erased) { try await told.ask() }
        let customer = try #require(try await dealer.work { try $0.cases.find(question)?.customer })
        await #expect(throws: ErasureRefusal.erased) { try await dealer.work { try $0.checkNotErased(customer) } }
        // Whoever takes the case on later learns nothing.
        let link = told.row.toMaker
        #expect(try await dealer.work { try $0.hasTakenBack(customer, from: link) })
    }
}

extension Company {
    func outcome(_ erasure: ID<Erasure>) async throws -> ErasureView {
        try await work { desk in try ErasureView(#require(try desk.erasures.find(erasure)), desk) }
    }

    /// Sends an event as no verb would.
    func send(_ data: some EventData, over link: ID<Link>) async throws {
        let (source, enterprise, now) = (try node.address(of: enterprise.slug), enterprise, network.time)
        let about = (data as? any HandoverEventData)?.handover
        try await database.write { tx in
            guard let link = try LinkStore(enterprise.id, tx).find(link) else { return }
            try Outbox(enterprise.id, source: source, tx).enqueue(
                Outgoing(data), link: link, conversation: about.map { ID($0) } ?? ID(), at: now)
        }
    }

    /// Which of these words stand anywhere in the tables of this enterprise, in whatever case.
    func holds(_ words: [String]) async throws -> Set<String> {
        let dump = try await database.dump(where: "enterprise", is: enterprise.id.uuid).lowercased()
        return Set(words.filter { dump.contains($0.lowercased()) })
    }
}
