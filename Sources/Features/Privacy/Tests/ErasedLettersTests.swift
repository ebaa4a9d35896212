// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Foundation
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Networking

@Suite("What had been sent about somebody who was erased")
struct ErasedLettersTests {
    @Test("what was still on its way when they were erased is erased once it is there", arguments: Engine.allCases)
    func letters(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask("My canary words")
        try await row.dealer.offer(question, over: row.toMaker)
        let wish = try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        #expect(try await row.dealer.holds(["canary words"]) == ["canary words"], "the offer still has to go")
        try await row.all.settle()
        try await KeepToRetention.run(row.dealer.kernel, row.dealer.database, at: row.network.time)
        #expect(try await row.dealer.holds(ErasureTests.canaries) == [])
    }

    @Test("what a peer refused is not sent again once it is erased", arguments: Engine.allCases)
    func deadLetters(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask("My canary words")
        let (scope, link, now) = (row.dealer.enterprise.id, row.toMaker, row.network.time)
        try await row.dealer.offer(question, over: link)
        try await row.dealer.database.write { tx in
            let links = LinkStore(scope, tx)
            if let link = try links.take(link) { try links.close(link, at: now) }
        }
        let wish = try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        #expect(try await row.dealer.holds(ErasureTests.canaries) == [])
        let source = try row.dealer.node.address(of: row.dealer.enterprise.slug)
        let letters = try await row.dealer.work { try $0.deadLetters.list(of: link) }
        let letter = try #require(letters.first)
        await #expect(throws: LinkingError.self) {
            try await row.dealer.work { try $0.deadLetters.sendAgain(letter.id, from: source, at: now) }
        }
    }

    @Test("what waits for a peer that was away too long is erased at once, and the wish does not wait behind it", arguments: Engine.allCases)
    func held(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask("My canary words")
        let (scope, link) = (row.dealer.enterprise.id, row.toMaker)
        row.network.beforeDelivery { _ in throw TestNetwork.Fault.unreachable }
        let offer = try await row.dealer.offer(question, over: link)
        try await row.dealer.delivery.drain()
        row.network.advance(8 * 86_400)
        try await row.dealer.delivery.drain()
        let letter = try #require(try await row.dealer.work { try $0.deadLetters.list(of: link) }.first)
        let wish = try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        #expect(try await row.dealer.holds(ErasureTests.canaries) == [])
        row.network.heal()
        row.network.advance(3_600)
        try await row.all.settle()
        #expect(try await row.dealer.outcome(wish).companies.map(\.isErased) == [true], "it holds nothing")
        let (source, now) = (try row.dealer.node.address(of: row.dealer.enterprise.slug), row.network.time)
        try await row.dealer.work { try $0.deadLetters.sendAgain(letter.id, from: source, at: now) }
        try await row.all.settle()
        let again = try #require(try await row.dealer.work { try $0.deadLetters.list(of: link) }.first)
        #expect(again.code == .malformed)
        #expect(try await row.maker.work { try $0.handovers.find(offer) } == nil)
        await #expect(throws: LinkingError.overtaken) {
            try await row.dealer.work { try $0.deadLetters.sendAgain(letter.id, from: source, at: now) }
        }
    }
}
