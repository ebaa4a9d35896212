// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Collaboration

@Suite("What is answered to a request to erase")
struct ErasureAnswersTests {
    typealias Told = ErasureTests.Told

    /// How the maker's customer is called on its link with the dealer.
    private func reference(_ told: Told) async throws -> String {
        let item = try await told.row.maker.item(told.first)
        let customer = try await told.row.maker.work { desk in try item.customer.flatMap { try desk.customers.find($0) } }
        return try #require(customer?.knownThrough?.reference)
    }

    @Test("who could not be told holds nobody up, and may still be told", arguments: Engine.allCases)
    func untold(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, wish) = (told.row, try await told.ask())
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        // As if an older program had refused it.
        try await row.maker.work { desk in
            try desk.tx.run(
                "UPDATE outbox SET failed_at = \(desk.now), code = 'unsupported' WHERE type = \(ErasureRequestedV1.type.rawValue)")
        }
        try await KeepToRetention.run(row.maker.kernel, row.maker.database, at: row.network.time)
        try await row.all.settle()
        let view = try await row.dealer.outcome(wish)
        #expect(view.companies.map(\.isErased) == [true])
        #expect(view.beyond.map(\.isErased) == [false] && view.beyond.first?.ground == "could not be told")
        // Once it has been told all the same, its own word counts.
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        #expect(try await row.maker.outcome(atMaker.id).companies.map(\.isErased) == [true])
    }

    @Test("a handover that never came does not hide what is held of the customer", arguments: Engine.allCases)
    func unknownHandover(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        let name = try await reference(told)
        try await row.dealer.send(ErasureRequestedV1(request: UUID(), customer: name, handover: UUID()), over: row.toMaker)
        try await row.all.settle()
        #expect(try await told.asked(row.maker, told.first).count == 1)
        // Nor can another company have them erased by a name that it does not have for them.
        try await row.supplier.send(ErasureRequestedV1(request: UUID(), customer: name, handover: UUID()), over: row.toSupplier)
        try await row.all.settle()
        #expect(try await told.asked(row.maker, told.first).count == 1)
    }

    @Test("a name without a case is erased before it is called done", arguments: Engine.allCases)
    func nameOnly(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, item) = (told.row, try await told.row.maker.item(told.first))
        let (name, customer) = (try await reference(told), try #require(item.customer))
        try await row.maker.work { try $0.tx.run("UPDATE cases SET customer = NULL WHERE customer = \(customer)") }
        try await row.dealer.send(ErasureRequestedV1(request: UUID(), customer: name), over: row.toMaker)
        try await row.all.settle()
        #expect(try await row.maker.work { try $0.customers.find(customer)?.name } == "Erased customer")
        #expect(try await row.maker.work { try $0.customers.contactPoints(of: customer) }.isEmpty)
    }

    @Test("what is erased already is answered at once, unless something has come since", arguments: Engine.allCases)
    func again(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, first) = (told.row, told.first)
        row.network.advance(60)
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, first).first)
        let name = try await reference(told)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        row.network.advance(60)
        try await row.dealer.send(ErasureRequestedV1(request: UUID(), customer: name, handover: first.uuid), over: row.toMaker)
        try await row.all.settle()
        #expect(try await told.asked(row.maker, first).isEmpty)
        let item = try await row.maker.item(first).id
        let events = try await row.maker.work { try $0.events(of: item.uuid).map(\.type) }
        #expect(events.count { $0 == "erasure.done" } == 1)
        try await row.maker.work { desk in
            try desk.change(item) { item in
                _ = try desk.write("Lotte came by.", to: .onlyUs, in: &item)
            }
        }
        try await row.dealer.send(ErasureRequestedV1(request: UUID(), customer: name, handover: first.uuid), over: row.toMaker)
        try await row.all.settle()
        #expect(try await told.asked(row.maker, first).count == 1)
    }

    @Test("who has erased it is not asked again, and every page still says so", arguments: Engine.allCases)
    func passedOnBefore(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, dealer) = (told.row, told.row.dealer)
        row.network.advance(60)
        let wish = try await told.ask()
        try await dealer.work { _ = try $0.refuse(wish, on: .legalClaims, reason: "", passingOn: true) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        let atSupplier = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        row.network.advance(60)
        let again = try await told.ask()
        try await dealer.work { _ = try $0.erase(again) }
        #expect(try await dealer.work { try $0.erasures.requests(of: again) }.isEmpty)

        let counter = try Counter(dealer)
        let question = told.question
        let (key, found) = try await dealer.work { (try FollowKey.make(for: question, $0), try $0.cases.find(question)?.customer) }
        let customer = try #require(found)
        let own = try await Browser(counter.site).get("/spoke/follow/\(key)/sharing").text
        #expect(own.contains("badge good"))
        let page = try await counter.member(.administrator).get("/spoke/customers/\(customer)").text
        #expect(page.contains("badge good"))
    }

    @Test("a name that is taken back goes from what others wrote, while it is still known", arguments: Engine.allCases)
    func revoked(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        #expect(try await row.maker.holds(["peeters"]) == ["peeters"])
        try await row.dealer.asCustomer(of: told.question) { desk, item in
            try desk.revokeContact(of: &item, telling: nil, because: "")
        }
        try await row.all.settle()
        let item = try await row.maker.item(told.first).id
        let bodies = try await row.maker.work { try $0.messages.list(of: item).map(\.body) }
        #expect(bodies.contains("[…] asks for a certificate."))
        #expect(bodies.contains { $0.contains("canary words") }, "their own words stay")
    }

    @Test("what was refused and is erased now cannot be sent again, and no button says so", arguments: Engine.allCases)
    func noButton(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask("My canary words")
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        let (scope, link) = (row.dealer.enterprise.id, row.toMaker)
        try await row.dealer.work { desk in
            try desk.tx.run("UPDATE outbox SET failed_at = \(desk.now), code = 'not-agreed' WHERE conversation = \(offer)")
        }
        #expect(try await row.dealer.work { try $0.deadLetters.list(of: link).map(\.canBeSentAgain) } == [true])
        let wish = try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        #expect(try await row.dealer.work { try $0.deadLetters.list(of: link).map(\.canBeSentAgain) } == [false])
    }
}
