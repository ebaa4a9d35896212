// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration

@Suite("A customer's page")
struct CustomerPageTests {
    /// How many statements the page takes for a customer with so many cases, each handed over.
    private func statements(_ engine: Engine, cases: Int) async throws -> (page: Int, json: Int) {
        let network = TestNetwork()
        let dealer = try await Company("Spoke", engine, network)
        let maker = try await Company("Velora", engine, network)
        let link = try await dealer.link(with: maker, as: .partner)
        let first = try await dealer.ask()
        let customer = try #require(try await dealer.work { try $0.cases.find(first)?.customer })
        for number in 1..<cases {
            try await dealer.work { desk in
                var draft = CaseDraft(
                    kind: Question.name, title: "Question \(number)", body: "Number \(number)?",
                    author: .init(.customer, name: "Lotte"), audience: Audience(customer: true))
                draft.customer = customer
                _ = try desk.open(draft) { item, _ in
                    _ = try desk.offer(&item, over: link, Ask(form: .text, text: "?"), acceptBy: nil, answerBy: nil)
                }
            }
        }
        let counter = try Counter(dealer)
        let (staff, program) = (try await counter.member(.service), try await counter.program(.service))
        let path = "/spoke/customers/\(customer)"
        // That they have seen the customer is written down once an hour.
        _ = try await (staff.get(path), program.get(path, as: CustomerView.self))
        let before = dealer.database.statementCount
        #expect(try await staff.get(path).status == 200)
        let between = dealer.database.statementCount
        let view = try await program.get(path, as: CustomerView.self)
        #expect(view.cases.count == cases && view.said.count == cases && view.sharing.map(\.company) == (cases > 1 ? ["Velora"] : []))
        return (between - before, dealer.database.statementCount - between)
    }

    @Test("it takes few queries, and no more for many cases than for a few", arguments: Engine.allCases)
    func budget(engine: Engine) async throws {
        let (few, many) = (try await statements(engine, cases: 2), try await statements(engine, cases: 9))
        #expect(many == few)
        #expect(many.page <= 20)
        #expect(many.json <= 12)
    }
}
