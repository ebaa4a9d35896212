// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration

@Suite("The pages about erasure")
struct ErasurePagesTests {
    @Test("a customer asks, the staff decide, and everybody sees what became of it", arguments: Engine.allCases)
    func journey(engine: Engine) async throws {
        let told = try await ErasureTests.Told(engine)
        let (row, dealer, question) = (told.row, told.row.dealer, told.question)
        let counter = try Counter(dealer)
        let key = try await dealer.work { try FollowKey.make(for: question, $0) }
        let (rider, own) = (Browser(counter.site), "/spoke/follow/\(key)")
        #expect(try await rider.get("\(own)/sharing").text.contains("\(own)/erasure"))
        let before = try await rider.get("\(own)/erasure")
        #expect(before.text.contains("What happens then") && before.text.contains("Velora"))
        let asked = try await rider.post("\(own)/erasure")
        #expect(asked.status == 303)
        #expect(try await rider.follow(asked).text.contains("You asked to be forgotten"))
        #expect(try await !rider.get("\(own)/erasure").text.contains("What happens then"))

        let customer = try #require(try await dealer.work { try $0.cases.find(question)?.customer })
        let (path, administrator, reader) = ("/spoke/customers/\(customer)", try await counter.member(.administrator), try await counter.member(.reader))
        #expect(try await administrator.get("/spoke/today").text.contains("asks for personal data to be erased"))
        #expect(try await !reader.get("/spoke/today").text.contains("asks for personal data to be erased"))
        #expect(try await administrator.get(path).text.contains("Lotte Canary Peeters asks to be forgotten"))
        #expect(try await reader.get(path).text.contains("An administrator answers it."))
        let number = try #require(try await dealer.work { try $0.cases.find(question)?.number })
        #expect(try await administrator.get("/spoke/cases/S-\(number)").text.contains("Lotte Canary Peeters asks to be forgotten"))
        #expect(try await reader.post("\(path)/erasure", [("decision", "erase"), ("sure", "true")]).status == 403)
        let unsure = try await administrator.post("\(path)/erasure", [("decision", "erase")])
        #expect(unsure.status == 422 && unsure.text.contains("Confirm it first"))
        let groundless = try await administrator.post("\(path)/erasure", [("decision", "refuse"), ("reason", "Because.")])
        #expect(groundless.status == 422 && groundless.text.contains("Choose the legal ground"))
        #expect(try await administrator.post("\(path)/erasure", [("decision", "erase"), ("sure", "true")]).status == 303)
        let shown = try await administrator.get(path).text
        #expect(shown.contains("Erased customer") && shown.contains("asked to erase") && !shown.contains("Lotte"))
        let work = try await administrator.get("/spoke/cases/S-\(number)").text
        #expect(work.contains("Removed at the customer’s request") && !work.contains("Lotte"))
        #expect(try await administrator.post(path, [("name", "Lotte again")]).status == 409)
        #expect(try await administrator.post("\(path)/exports").status == 409)

        let after = try await rider.get(own).text
        #expect(after.contains("Removed at your request") && !after.contains("Add something"))
        #expect(try await rider.post("\(own)/messages", [("text", "It is Lotte.")]).status == 409)
        #expect(try await rider.post("\(own)/erasure").status == 409)
        try await row.all.settle()
        try await answers(told, counter: Counter(row.maker))
        let view = try await APIClient(counter.site).get("\(own)/erasure", as: [ErasureView].self)
        #expect(view.first?.companies.map(\.isErased) == [false])
        let who = try await rider.get("\(own)/sharing").text
        #expect(who.contains("You are forgotten here") && who.contains("kept: legal claims") && who.contains("“In court.”"))
    }

    /// The maker's administrator refuses, on the page of the customer whom the dealer brought.
    @Test("who asks for their data gets what they said and were told, and no colleague's note", arguments: Engine.allCases)
    func export(engine: Engine) async throws {
        let told = try await ErasureTests.Told(engine)
        let (dealer, question) = (told.row.dealer, told.question)
        let counter = try Counter(dealer)
        let (administrator, reader) = (try await counter.member(.administrator), try await counter.member(.reader))
        let item = try #require(try await dealer.work { try $0.cases.find(question) })
        let (matter, customer) = ("/spoke/cases/S-\(item.number)", try #require(item.customer))
        #expect(try await administrator.post("\(matter)/messages", [("text", "Between us: a difficult one.")]).status == 303)
        #expect(try await administrator.post("\(matter)/messages", [("text", "We are at it."), ("to", "customer")]).status == 303)

        let exports = "/spoke/customers/\(customer)/exports"
        #expect(try await reader.post(exports).status == 403)
        let file = try await administrator.post(exports)
        #expect(file.status == 200 && file.text.contains("We are at it.") && !file.text.contains("Between us"))
        #expect(file.text.contains("Lotte Canary Peeters") && file.text.contains("Velora"))
        let said = try await dealer.work { try $0.messages.list(of: question).filter { $0.author.kind == .customer }.map(\.body) }
        #expect(!said.isEmpty && said.allSatisfy { file.text.contains($0.prefix(20)) })
        let exported = try await dealer.work { try $0.events(of: customer.uuid, only: ["customer.exported"]).count }
        #expect(exported == 1)

        #expect(file.text.contains("\"Bo\"") && !file.text.contains("Baker"))

        // Another company's customer wrote through it.
        let maker = told.row.maker
        let relayed = try #require(try await maker.item(told.first).customer)
        let theirs = try await Counter(maker).member(.administrator).post("/velora/customers/\(relayed)/exports").text
        #expect(theirs.contains("My canary words") && !theirs.contains("asks for a certificate"))
    }

    private func answers(_ told: ErasureTests.Told, counter: Counter) async throws {
        let item = try await told.row.maker.item(told.first)
        let customer = try #require(item.customer)
        let administrator = try await counter.member(.administrator)
        #expect(try await administrator.get("/velora/today").text.contains("Spoke asks for personal data to be erased"))
        let page = try await administrator.get("/velora/customers/\(customer)").text
        #expect(page.contains("Spoke asks to erase what you hold of its customer") && page.contains("Kraft"))
        let refused = try await administrator.post(
            "/velora/customers/\(customer)/erasure",
            [("decision", "refuse"), ("ground", "legalClaims"), ("reason", "In court.")])
        #expect(refused.status == 303)
        #expect(try await administrator.get("/velora/customers/\(customer)").text.contains("Not erased, for a legal ground"))
        try await told.row.all.settle()
    }

    @Test("a case whose customer is not known by name is answered on its own page", arguments: Engine.allCases)
    func unknown(engine: Engine) async throws {
        let told = try await ErasureTests.Told(engine)
        let row = told.row
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let atMaker = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(atMaker.id) }
        try await row.all.settle()
        let counter = try Counter(row.supplier)
        let administrator = try await counter.member(.administrator)
        let item = try await row.supplier.item(told.second)
        let path = "/kraft/cases/K-\(item.number)"
        #expect(try await administrator.get(path).text.contains("Velora asks to erase what you hold of its customer"))
        #expect(try await administrator.post("\(path)/erasure", [("decision", "erase"), ("sure", "true")]).status == 303)
        #expect(try await administrator.post("\(path)/erasure", [("decision", "erase"), ("sure", "true")]).status == 409)
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).beyond.map(\.isErased) == [true])
    }

    @Test("a customer who asked otherwise is erased from their page", arguments: Engine.allCases)
    func otherwise(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask("My canary words")
        let customer = try #require(try await company.work { try $0.cases.find(question)?.customer })
        let administrator = try await Counter(company).member(.administrator)
        #expect(try await administrator.get("/spoke/customers/\(customer)").text.contains("They asked to be forgotten"))
        let path = "/spoke/customers/\(customer)/erasure"
        #expect(try await administrator.post(path, [("decision", "refuse"), ("ground", "archiving")]).status == 409)
        #expect(try await administrator.post(path, [("decision", "erase"), ("sure", "true")]).status == 303)
        #expect(try await company.holds(ErasureTests.canaries) == [])
    }
}
