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
@testable import Networking
@testable import Office

@Suite("Who wrote a message")
struct AuthorTests {
    /// A dealer's question that the maker has accepted.
    struct Shared {
        let network = TestNetwork()
        let dealer: Company
        let maker: Company
        let link: ID<Link>
        let question: ID<Case>
        let first: ID<Handover>

        init(_ engine: Engine) async throws {
            dealer = try await Company("Spoke", engine, network)
            maker = try await Company("Velora", engine, network)
            link = try await maker.link(with: dealer, as: .partner)
            question = try await dealer.ask()
            first = try await dealer.offer(question, over: link)
            try await [dealer, maker].settle()
            try await maker.work { [first] in _ = try $0.accept(first) }
            try await [dealer, maker].settle()
        }

        /// What has come to the maker after the question.
        var arrived: [Message] {
            get async throws {
                let item = try await maker.item(first).id
                return try await maker.work { Array(try $0.messages.list(of: item).dropFirst()) }
            }
        }
    }

    @Test("a member who is called as a customer is, is no customer", arguments: Engine.allCases)
    func lookalike(engine: Engine) async throws {
        let shared = try await Shared(engine)
        let label = try await shared.maker.item(shared.first).customerLabel
        try await shared.dealer.work { [question = shared.question, link = shared.link] desk in
            let member = Member(email: "x@spoke.example", name: label, role: .service)
            let caller = StaffCaller(enterprise: desk.enterprise, member: member, program: nil, makerRole: .service, session: nil,
                token: nil)
            let theirs = Desk(caller, desk.kernel, desk.tx, now: desk.now)
            try theirs.change(question) { item in
                _ = try theirs.write("Between us.", to: Audience(customer: false, links: [link]), in: &item)
            }
        }
        try await [shared.dealer, shared.maker].settle()
        #expect(try await shared.arrived.map(\.author.kind) == [.company])
        #expect(try await shared.arrived.map(\.author.name) == ["\(label), Spoke"])
    }

    @Test("what a customer adds is theirs wherever it arrives", arguments: Engine.allCases)
    func customers(engine: Engine) async throws {
        let shared = try await Shared(engine)
        try await shared.dealer.asCustomer(of: shared.question) { desk, item in try desk.add("It rained.", to: &item) }
        try await [shared.dealer, shared.maker].settle()
        #expect(try await shared.arrived.map(\.author.kind) == [.customer])
    }

    @Test("a program writes in the name of who made its token; its label stays inside", arguments: Engine.allCases)
    func program(engine: Engine) async throws {
        let shared = try await Shared(engine)
        let counter = try Counter(shared.dealer)
        let program = try await counter.program(.service, label: "LABEL-CANARY")
        let question = shared.question
        let item = try #require(try await shared.dealer.work { try $0.cases.find(question) })
        let path = "/spoke/cases/S-\(item.number)"
        struct Said: Encodable { let text, to: String }
        #expect(try await program.post("\(path)/messages", Said(text: "Hello.", to: "\(shared.link)")).status == 201)
        #expect(try await program.post("\(path)/messages", Said(text: "Dear Lotte.", to: "customer")).status == 201)
        try await [shared.dealer, shared.maker].settle()
        #expect(try await shared.arrived.map(\.author.name) == ["Bo Baker, Spoke"])
        #expect(!shared.network.sent.compactMap(\.body).contains { String(decoding: $0, as: UTF8.self).contains("LABEL-CANARY") })
        let key = try await shared.dealer.work { [question = shared.question] in try FollowKey.make(for: question, $0) }
        let own = try await Browser(counter.site).get("/spoke/follow/\(key)").text
        #expect(own.contains("Bo, Spoke") && !own.contains("LABEL-CANARY"))
        struct Stage: Encodable { let stage: String }
        #expect(try await program.post("\(path)/triage", Stage(stage: "closed")).status == 200)
        #expect(try await counter.member(.reader).get(path).text.contains("Bo Baker (LABEL-CANARY) set the stage to Closed"))
    }

    @Test("a page offers a program no more than its token allows", arguments: Engine.allCases)
    func lesserRole(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        try await company.work { desk in
            func may(_ role: Member.Role, maker: Member.Role) -> Bool {
                let member = Member(email: "bo@spoke.example", name: "Bo", role: role)
                let caller = StaffCaller(
                    enterprise: desk.enterprise, member: member, program: "x", makerRole: maker, session: nil, token: nil)
                return Desk(caller, desk.kernel, desk.tx, now: desk.now).may(.casesWrite)
            }
            #expect(may(.service, maker: .administrator))
            #expect(!may(.reader, maker: .administrator))
            #expect(!may(.service, maker: .reader))
            #expect(!desk.may(.casesWrite), "nobody who works here by themselves")
        }
    }
}
