// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration

@Suite("A case's history as JSON")
struct CaseHistoryTests {
    @Test("messages come in their order, each once, and one can read back to the first", arguments: Engine.allCases)
    func pages(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask("Number 0")
        try await company.work { desk in
            try desk.change(question) { item in
                // All at the same moment, and one of another company that was sent long before it came.
                for number in 1...120 { _ = try desk.write("Number \(number)", to: .onlyUs, in: &item) }
                try desk.keep(
                    Message(
                        caseID: question, author: .init(.company, name: "Velora"), body: "Number 121", audience: .onlyUs,
                        sentAt: desk.now - 86_400), in: &item)
            }
        }
        let item = try #require(try await company.work { try $0.cases.find(question) })
        let counter = try Counter(company)
        let (program, staff) = (try await counter.program(.reader), try await counter.member(.reader))
        var (read, before, parts): ([String], Int?, Int) = ([], nil, 0)
        repeat {
            let path = "/spoke/cases/S-\(item.number)" + (before.map { "?before=\($0)" } ?? "")
            let view = try await program.get(path, as: CaseView.self)
            #expect(view.messages.compactMap(\.sequence) == view.messages.compactMap(\.sequence).sorted())
            read = view.messages.map(\.text) + read
            before = view.earlier
            parts += 1
            let page = try await staff.get(path).text
            #expect(page.contains("Show what came before") == (before != nil))
        } while before != nil && parts < 10
        #expect(read == (0...121).map { "Number \($0)" })
        #expect(parts == 3)
    }
}
