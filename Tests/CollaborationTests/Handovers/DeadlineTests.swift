// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Office

@Suite("Deadlines are told")
struct DeadlineTests {
    @Test("half an hour before and when they have passed, once each, on both sides", arguments: Engine.allCases)
    func told(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask()
        let offer = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { _ = try $0.accept(offer) }
        try await row.all.settle()
        let there = try await row.maker.item(offer).id
        func told(_ company: Company, _ item: ID<Case>) async throws -> [String] {
            for _ in 0..<2 { try await TellDeadlines.run(company.kernel, company.database, at: row.network.time) }
            return try await company.work { desk in
                try desk.events(of: item.uuid, only: [DeadlineNear.type, DeadlinePassed.type]).map(\.type)
            }
        }
        #expect(try await told(row.dealer, question) == [])
        row.network.advance(86_400 - 1000)
        #expect(try await told(row.dealer, question) == [DeadlineNear.type])
        #expect(try await told(row.maker, there) == [DeadlineNear.type])
        row.network.advance(1100)
        #expect(try await told(row.dealer, question) == [DeadlineNear.type, DeadlinePassed.type])
        #expect(try await told(row.maker, there) == [DeadlineNear.type, DeadlinePassed.type])
        try await row.maker.work { _ = try $0.answer(offer, Answer(text: "Yes.")) }
        try await row.all.settle()
        row.network.advance(100_000)
        #expect(try await told(row.maker, there).count == 2, "what is settled has no clock")
    }
}
