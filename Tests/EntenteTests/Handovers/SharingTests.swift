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
@testable import Partners

@Suite("What was shared is said")
struct SharingTests {
    private func number(_ company: Company, _ id: ID<Case>) async throws -> String {
        let item = try #require(try await company.work { try $0.cases.find(id) })
        return company.enterprise.reference(item.number)
    }

    @Test("what a customer adds later is said where it was shared from, on the page and in its JSON", arguments: Engine.allCases)
    func added(engine: Engine) async throws {
        let shared = try await AuthorTests.Shared(engine)
        let (dealer, counter) = (shared.dealer, try Counter(shared.dealer))
        let program = try await counter.program(.service)
        let path = "/spoke/cases/\(try await number(dealer, shared.question))"
        func known() async throws -> [String: KnowingCompany.Known] {
            let company = try #require(try await program.get(path, as: CaseView.self).sharing.first { $0.company == "Velora" })
            return Dictionary(company.knows.map { ($0.field, $0) }, uniquingKeysWith: { $1 })
        }
        #expect(try await known()["messages"] == nil)
        shared.network.advance(3600)
        try await dealer.asCustomer(of: shared.question) { desk, item in
            try desk.add("It rained.", files: [Upload(name: "rain.png", bytes: [0x89, 0x50])], to: &item)
        }
        let first = try #require(try await known()["messages"])
        #expect(try await known()["attachments"] != nil)
        shared.network.advance(3600)
        try await dealer.asCustomer(of: shared.question) { desk, item in try desk.add("Again.", to: &item) }
        let last = try #require(try await known()["messages"])
        #expect(last.since == first.since && last.last == first.since + 3600)

        let said = try await program.get(path, as: CaseView.self).messages
        #expect(said.map(\.toLinks).allSatisfy { $0 == [shared.link] })
        let page = try await counter.member(.service).get(path).text
        let bubble = try #require(page.components(separatedBy: "<article").first { $0.contains("It rained.") })
        #expect(bubble.contains("Velora"))
        #expect(page.contains("shared messages"))
        let key = try await dealer.work { try FollowKey.make(for: shared.question, $0) }
        let own = try await APIClient(counter.site).get("/spoke/follow/\(key)", as: FollowView.self)
        #expect(own.messages.map(\.seenBy) == [["Velora"], ["Velora"], ["Velora"]])
        #expect(try await Browser(counter.site).get("/spoke/follow/\(key)").text.contains("seen by Velora"))
    }

    @Test("a corrected contact point reaches who knew the old one, and is said", arguments: Engine.allCases)
    func corrected(engine: Engine) async throws {
        let shared = try await AuthorTests.Shared(engine)
        let (dealer, maker, counter) = (shared.dealer, shared.maker, try Counter(shared.dealer))
        shared.network.advance(3600)
        try await dealer.asCustomer(of: shared.question) { desk, item in
            try desk.requestCall(of: &item, on: "+32 9 555 00 02", when: "after 17:00")
        }
        try await [dealer, maker].settle()
        let points = try await maker.work { [first = shared.first] desk in
            let item = try desk.handovers.find(first).flatMap { try desk.cases.find($0.caseID) }
            return try item?.customer.map { try desk.customers.contactPoints(of: $0).map(\.value) } ?? []
        }
        #expect(points.contains("+32 9 555 00 02"))
        let path = "/spoke/cases/\(try await number(dealer, shared.question))"
        let view = try await counter.program(.service).get(path, as: CaseView.self)
        let contact = view.sharing.first?.knows.first { $0.field == "customer.contact" }
        #expect(contact?.last == contact.map { $0.since + 3600 })
        #expect(view.events.map(\.type).contains("contact.corrected"))
        #expect(try await counter.member(.service).get(path).text.contains("Velora was told the corrected contact data."))

        try await dealer.asCustomer(of: shared.question) { desk, item in
            try desk.revokeContact(of: &item, telling: nil, because: "")
            try desk.requestCall(of: &item, on: "+32 9 555 00 03", when: "")
        }
        try await [dealer, maker].settle()
        #expect(!shared.network.sent.compactMap(\.body).contains { String(decoding: $0, as: UTF8.self).contains("555 00 03") })
    }

    @Test("a contract's first terms tell little, and are said before anybody agrees", arguments: Engine.allCases)
    func terms(engine: Engine) async throws {
        let network = TestNetwork()
        let maker = try await Company("Velora", engine, network)
        let fleet = try await Company("Fleet", engine, network)
        let counter = try Counter(maker)
        struct Wish: Encodable { let label, role: String }
        let administrator = try await counter.member(.administrator)
        let page = try await administrator.post("/velora/invitations", [("label", "Fleet"), ("role", "customer")]).text
        #expect(page.contains("Further companies hear of you as “a supplier”, and of them as “a customer”."))
        let program = try await counter.program(.administrator)
        let invited = try await program.post("/velora/invitations", Wish(label: "Fleet", role: "customer")).json(as: InviteCompany.View.self)
        for field in ["customer.name", "customer.contact"] { #expect(invited.terms.never.contains(field)) }
        #expect(invited.terms.shownAs == "a supplier" && invited.terms.theyAreShownAs == "a customer")
        let shown = try await program.get("/velora/invitations/\(invited.id)", as: ShowInvitation.View.self)
        #expect(shown.terms.never == invited.terms.never && shown.terms.withOffer.contains("question"))

        let theirs = try Counter(fleet)
        struct Address: Encodable { let url: String }
        let opened = try await theirs.program(.administrator).post("/fleet/links/open", Address(url: invited.url))
            .json(as: InvitationView.self)
        #expect(opened.terms.never == invited.terms.never)
        #expect(opened.terms.shownAs == "a customer" && opened.terms.theyAreShownAs == "a supplier")
        let door = try await theirs.member(.administrator).post("/fleet/links/open", [("url", invited.url)]).text
        #expect(door.contains("Further companies hear of you as “a customer”, and of them as “a supplier”."))
    }

    @Test("whoever of the two invites, the same is shared", arguments: [(Role.supplier, Role.customer), (.partner, .partner)])
    func mirrored(role: Role, other: Role) {
        #expect(role.fields == other.fields)
        for field in role.fields where role != .partner && SharedField.personal.contains(field.key) {
            #expect(field.value.shared != .beforeAcceptance)
        }
    }
}
