// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Office

@Suite("An erasure and what happens at the same moment")
struct ErasureRaceTests {
    typealias Row = CompanyRow

    /// Works at one company's desk twice at once: the first commits only when the second waits for it.
    private func race<T: Sendable>(
        _ company: Company, _ first: @escaping @Sendable (Desk) throws -> Void,
        _ second: @escaping @Sendable (Desk) throws -> T
    ) async throws -> T {
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let isPostgreSQL = company.database.location.engine == .postgres
        let rival = Task {
            try await company.work { desk in
                try first(desk)
                signal.finish()
                // So many looks are two seconds: where nobody waits, the test goes on and fails.
                for _ in 0..<20_000 where isPostgreSQL {
                    if try Self.isAwaited(desk.tx) { return }
                }
            }
        }
        for await _ in begun {}
        let result: Result<T, any Error>
        do { result = .success(try await company.work(second)) } catch { result = .failure(error) }
        try await rival.value
        return try result.get()
    }

    private static func isAwaited(_ tx: Transaction) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM pg_locks w WHERE NOT w.granted AND w.pid IN (
                SELECT l.pid FROM pg_locks l
                WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            LIMIT 1
            """
        ) { _ in true } ?? false
    }

    private func wish(_ company: Company, about item: ID<Case>) async throws -> ID<Erasure> {
        try await company.asCustomer(of: item) { desk, item in try desk.askErasure(in: &item).id }
    }

    @Test("who is offered a case meanwhile is asked to erase it too", arguments: Engine.allCases)
    func offer(engine: Engine) async throws {
        let row = try await Row(engine)
        let (question, link) = (try await row.dealer.ask(), row.toMaker)
        let wish = try await wish(row.dealer, about: question)
        try await race(row.dealer) { desk in
            try desk.change(question) { item in
                _ = try desk.offer(
                    &item, over: link, Ask(form: .text, text: "Please look."), acceptBy: desk.now + 60, answerBy: desk.now + 90)
            }
        } _: { desk in
            _ = try desk.erase(wish)
        }
        #expect(try await row.dealer.work { try $0.erasures.requests(of: wish).map(\.company) } == ["Velora"])
    }

    @Test("no case is opened for a customer who is being erased", arguments: Engine.allCases)
    func open(engine: Engine) async throws {
        let dealer = try await Company("Spoke", engine, TestNetwork())
        let question = try await dealer.ask()
        let customer = try #require(try await dealer.work { try $0.cases.find(question)?.customer })
        let wish = try await wish(dealer, about: question)
        await #expect(throws: ErasureRefusal.erased) {
            try await race(dealer) { _ = try $0.erase(wish) } _: { desk in
                var draft = CaseDraft(
                    kind: Question.name, title: "Again", body: "It is Lotte", author: .init(.customer, name: "Lotte"),
                    audience: Audience(customer: true))
                draft.customer = customer
                _ = try desk.open(draft)
            }
        }
        #expect(try await dealer.holds(ErasureTests.canaries) == [])
        #expect(try await dealer.work { try $0.customers.find(customer)?.erasedAt } != nil)
    }

    @Test("whoever is being erased is not found by name, but is somebody new", arguments: Engine.allCases)
    func match(engine: Engine) async throws {
        let dealer = try await Company("Spoke", engine, TestNetwork())
        let question = try await dealer.ask()
        let customer = try #require(try await dealer.work { try $0.cases.find(question)?.customer })
        let wish = try await wish(dealer, about: question)
        let found = try await race(dealer) { _ = try $0.erase(wish) } _: { desk in
            try desk.customers.findOrAdd(
                name: "Lotte Canary Peeters", reachedBy: [ContactPoint(channel: .mobile, value: "+32470555001", isPreferred: true)])
        }
        #expect(found.id != customer && found.erasedAt == nil)
    }

    @Test("a file that somebody else brings meanwhile keeps its bytes", arguments: Engine.allCases)
    func files(engine: Engine) async throws {
        let dealer = try await Company("Spoke", engine, TestNetwork())
        let photo = Array("\u{89}PNG\r\n\u{1A}\n the same".utf8)
        let (question, other) = (try await dealer.ask(photo: photo), try await dealer.ask())
        let wish = try await wish(dealer, about: question)
        try await race(dealer) { desk in
            try desk.change(other) { item in
                let message = Message(
                    caseID: item.id, author: .init(.customer, name: "Other"), body: "See", channel: .web,
                    audience: Audience(customer: true), sentAt: desk.now)
                try desk.keep(message, [Upload(name: "same.png", bytes: photo)], in: &item)
            }
        } _: { desk in
            _ = try desk.erase(wish)
        }
        let bytes = try await dealer.work { desk in
            try #require(try desk.attachments.list(of: other).values.first?.first).digest
        }
        #expect(try await dealer.work { try $0.attachments.bytes(bytes) } == photo)
    }

    @Test("two wishes of one customer at once are one", arguments: Engine.allCases)
    func wishes(engine: Engine) async throws {
        let dealer = try await Company("Spoke", engine, TestNetwork())
        let question = try await dealer.ask()
        let customer = try #require(try await dealer.work { try $0.cases.find(question)?.customer })
        let ask: @Sendable (Desk) throws -> ID<Erasure> = { desk in
            _ = try desk.customers.take(customer)
            return try desk.change(question) { item in
                return try desk.askErasure(in: &item).id
            }
        }
        let second = try await race(dealer) { desk in
            let id = try desk.customers.take(customer).map { _ in ID<Erasure>() } ?? ID()
            try desk.erasures.add(Erasure(id: id, cause: .staff, customer: customer, askedAt: desk.now), about: [])
        } _: { try ask($0) }
        #expect(try await dealer.work { try $0.erasures.list(of: customer).map(\.id) } == [second])
        await #expect(throws: (any Error).self) {
            try await dealer.work {
                try $0.erasures.add(Erasure(cause: .customer, customer: customer, askedAt: $0.now), about: [])
            }
        }
    }
}
