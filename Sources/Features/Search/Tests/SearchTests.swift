// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Office
@testable import Search

@Suite("Search and comparison")
struct SearchTests {
    private func make(_ engine: Engine) async throws -> Company {
        try await Company("Velora", engine, TestNetwork())
    }

    @Test("a search finds among the cases that the filter shows, on the page and in JSON", arguments: Engine.allCases)
    func filters(engine: Engine) async throws {
        let velora = try await make(engine)
        for number in 0..<4 {
            let id = try await velora.ask("The battery \(number)", name: "Rider \(number)")
            try await velora.work { desk in
                try desk.change(id) { item in
                    item.title = "Battery number\(number)"
                    if number == 0 { item.priority = .urgent }
                    if number == 1 { try desk.move(&item, to: "closed") }
                    if number == 2 { try desk.cases.replaceTags(of: id, with: ["season"]) }
                    if number == 3 { item.owner = desk.actor.memberID }
                    try desk.note(FileAwaited(), on: &item)
                    try CaseIndex.put(item.case, desk)
                }
            }
        }
        let browser = try await Counter(velora).member(.service)
        for (filter, expected) in [
            ("", [0, 2, 3]), ("&open=all", [0, 1, 2, 3]), ("&open=no", [1]), ("&priority=urgent", [0]), ("&tag=season", [2]),
            ("&owner=nobody", [0, 2]), ("&holding=partner", []), ("&kind=other", []),
        ] {
            let page = try await browser.get("/velora/cases?q=battery\(filter)").text
            let json = try await velora.found("/velora/cases?q=battery\(filter)")
            for number in 0..<4 {
                #expect(page.contains("number\(number)") == expected.contains(number), "\(filter), \(number)")
                #expect(json.contains("Battery number\(number)") == expected.contains(number), "\(filter), \(number)")
            }
        }
    }

    @Test("a customer who comes again is known whatever the case and accents of their name", arguments: Engine.allCases)
    func folding(engine: Engine) async throws {
        let velora = try await make(engine)
        let point = ContactPoint(channel: .email, value: "zoe@rider.example")
        let found = try await velora.work { desk in
            try desk.customers.add(Customer(name: "Zoë ÅNGSTRÖM-ΣΊΣΥΦΟΣ", createdAt: desk.now), reachedBy: [point])
            return try ["zoë ångström-σίσυφος", "ZOE ANGSTROM-ΣΙΣΥΦΟΣ", "Zoë Ångström"].map {
                try desk.customers.match(name: $0, [point]) != nil
            }
        }
        #expect(found == [true, true, false])
    }

    @Test("customers stand by name, whatever its case and accents, page by page", arguments: Engine.allCases)
    func byName(engine: Engine) async throws {
        let velora = try await make(engine)
        let pages = try await velora.work { desk in
            for name in ["Zoë", "bert", "Émile", "Adam", "Eva", "zora", "Čapek"] {
                try desk.customers.add(Customer(name: name, createdAt: desk.now), reachedBy: [])
            }
            let first = try desk.customers.list(limit: 4)
            let last = try #require(first.last)
            let second = try desk.customers.list(after: (last.name, last.id))
            return [first.map(\.name), second.map(\.name)]
        }
        #expect(pages == [["Adam", "bert", "Čapek", "Émile"], ["Eva", "Zoë", "zora"]])
    }

    @Test("of many customers that match, the best are found", arguments: Engine.allCases)
    func best(engine: Engine) async throws {
        let velora = try await make(engine)
        let found = try await velora.work { desk in
            for number in 0..<30 {
                let customer = Customer(name: "Aaron Battery of many words, number \(number)", createdAt: desk.now)
                try desk.customers.add(customer, reachedBy: [])
            }
            try desk.customers.add(Customer(name: "Zed Battery", createdAt: desk.now), reachedBy: [])
            return try desk.customers.search("battery", limit: 3).map(\.name)
        }
        #expect(found.count == 3 && found.first == "Zed Battery")
    }

    @Test("what JSON cannot hold is refused, not kept as nothing")
    func stored() throws {
        #expect(try Stored([1.5]).sqlValue == .text("[1.5]"))
        #expect(throws: (any Error).self) { try Stored([Double.nan]) }
    }
}

extension Actor {
    fileprivate var memberID: ID<Member>? { if case .member(let id, _) = self { id } else { nil } }
}

extension Company {
    fileprivate convenience init(_ name: String, _ engine: Engine, _ network: TestNetwork) async throws {
        try await self.init(name, engine, network, features: Basis.features + [Searching.self])
    }

    /// The titles of the cases that the API lists at an address.
    fileprivate func found(_ path: String) async throws -> [String] {
        let (enterprise, member) = (enterprise, member)
        let token = try await database.write { tx in
            try TokenStore(enterprise, tx).make("test", role: .service, by: member.id, at: .now)
        }
        struct Titles: Decodable {
            struct Line: Decodable { let title: String }
            let cases: [Line]
        }
        return try await APIClient(Counter(self).site, token: token).get(path, as: Titles.self).cases.map(\.title)
    }
}
