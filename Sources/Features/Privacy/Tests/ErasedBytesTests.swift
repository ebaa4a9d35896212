// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration

@Suite("What is erased is in no file")
struct ErasedBytesTests {
    typealias Told = ErasureTests.Told

    /// All that only the customer, or who they are, can have put anywhere; also in the photo, its name and the index.
    private static let theirs = ErasureTests.canaries + ["VC5-24-118842", "Battery on a ferry", "battery.png", "canary 118842"]
    private static let contact = ["Lotte", "Peeters", "32470555001", "Canaryville"]

    /// Enough of others that pages are divided and cells move from one to the other.
    private func crowd(_ company: Company, _ first: Int) async throws {
        for number in first..<(first + 40) {
            _ = try await company.ask("Somebody else's question \(number)", name: "Other Person \(number)")
        }
    }

    /// PostgreSQL lets go of bytes only when it writes the tables anew.
    private func afterwards(_ company: Company) async throws {
        if company.database.engine == .postgres { #expect(try await company.database.rewrite()) }
    }

    @Test("after «done» no byte of it is in any file of a company that said so", arguments: Engine.allCases)
    func erased(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, dealer, maker, supplier) = (told.row, told.row.dealer, told.row.maker, told.row.supplier)
        let index = try await dealer.work { desk in
            let customer = try #require(try desk.cases.find(told.question)?.customer.flatMap { try desk.customers.find($0) })
            try desk.customers.save(
                customer,
                reachedBy: desk.customers.contactPoints(of: customer.id) + [ContactPoint(channel: .email, value: "lotte@canary.example")])
            return customer.id
        }
        try await maker.work { desk in
            let handover = try #require(try desk.handovers.find(told.first))
            try desk.change(handover.caseID) { item in
                _ = try desk.write("Lotte Peeters wrote again", to: Audience(customer: false, links: [handover.link]), in: &item)
            }
        }
        try await row.all.settle()
        for company in row.all { #expect(try await company.database.bytesHold(["canary words"]) == ["canary words"]) }
        let wish = try await told.ask()
        try await dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(maker, told.first).first)
        try await maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        let atSupplier = try #require(try await told.asked(supplier, told.second).first)
        try await supplier.work { _ = try $0.erase(atSupplier.id) }
        try await row.all.settle()
        for company in row.all { try await KeepToRetention.eraseLetters(company.kernel, company.database, at: row.network.time) }
        try await row.all.settle()
        let view = try await dealer.outcome(wish)
        #expect(view.companies.map(\.isErased) == [true] && view.beyond.map(\.isErased) == [true])
        #expect(view.cleanedAt != nil)
        for company in row.all {
            try await afterwards(company)
            #expect(try await company.database.bytesHold(Self.theirs + ["lotte@canary.example"]) == [], "\(company.enterprise.name)")
        }
        #expect(try await dealer.work { try $0.customers.find(index)?.name } == "Erased customer")
    }

    @Test("others' words stay, and are found", arguments: [Engine.sqlite])
    func others(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let dealer = row.dealer
        try await crowd(dealer, 0)
        let question = try await dealer.ask("My canary words", name: "Zaphod Beeblebrox")
        try await crowd(dealer, 40)
        let wish = try await dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await dealer.work { _ = try $0.erase(wish) }
        try await [dealer].settle()
        #expect(try await dealer.database.bytesHold(["Zaphod", "Beeblebrox", "canary words"]) == [])
        #expect(try await dealer.work { try $0.cases.search("somebody else question 7") }.count == 11)
    }

    @Test("«done» is not said before", arguments: Engine.allCases)
    func order(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, maker, wish) = (told.row, told.row.maker, try await told.ask())
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let asked = try #require(try await told.asked(maker, told.first).first)
        // Nobody else was told, as it were, so that the maker itself is all that is waited for.
        try await maker.work { try $0.tx.run("DELETE FROM disclosures WHERE enterprise = \($0.scope)") }
        try await maker.work { _ = try $0.erase(asked.id) }
        for _ in 0..<4 { for company in row.all { try await company.delivery.drain() } }
        let unfinished = try await maker.work { try #require(try $0.erasures.find(asked.id)) }
        #expect(unfinished.state == .erased && unfinished.cleanedAt == nil && unfinished.answeredAt == nil)
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [nil])
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [true])
    }

    @Test("after a take-back who they are is in no file of the company that knew it", arguments: Engine.allCases)
    func takenBack(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, maker) = (told.row, told.row.maker)
        #expect(try await maker.database.bytesHold(Self.contact) == Set(Self.contact))
        try await row.dealer.asCustomer(of: told.question) { desk, item in
            try desk.revokeContact(of: &item, telling: nil, because: "")
        }
        try await row.all.settle()
        try await afterwards(maker)
        #expect(try await maker.database.bytesHold(Self.contact) == [])
    }

    @Test("once the contract's retention is over it is in no file either", arguments: Engine.allCases)
    func retention(engine: Engine) async throws {
        let told = try await Told(engine)
        let (row, supplier) = (told.row, told.row.supplier)
        try await supplier.work { _ = try $0.answer(told.second, Answer(text: "Yes.")) }
        try await row.all.settle()
        row.network.advance(10_000 * 86_400)
        try await KeepToRetention.run(supplier.kernel, supplier.database, at: row.network.time)
        try await FinishErasures.run(supplier.kernel, supplier.database, at: row.network.time)
        try await afterwards(supplier)
        #expect(try await supplier.database.bytesHold(["canary words"]) == [])
    }
}
