// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Foundation
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Networking

@Suite("Messages")
struct MessageStoreTests {
    @Test("a message is found with everybody who sees it, whenever it was sent", arguments: Engine.allCases)
    func audiences(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let question = try await company.ask("Is it certified?")
        let links = [ID<Link>(), ID<Link>(), ID<Link>()]
        try await company.work { desk in
            let messages = (0..<3).map { number in
                Message(
                    caseID: question, author: .init(.member, name: "Inès"), body: "\(number)",
                    audience: Audience(customer: false, links: Set(links)), sentAt: desk.now + number * 60)
            }
            for message in messages { try desk.messages.add(message) }
            func found(_ span: ClosedRange<Timestamp>?) throws -> [Message] {
                try desk.messages.find(Set(messages.map(\.id)), of: question, sentIn: span)
            }
            for span in [nil, desk.now...(desk.now + 3600), (desk.now + 60)...(desk.now + 90), (desk.now + 900)...(desk.now + 900)] {
                #expect(try found(span).map(\.body) == ["0", "1", "2"])
                #expect(try found(span).allSatisfy { $0.audience.links == Set(links) })
            }
            #expect(try desk.messages.find(messages[1].id)?.audience.links == Set(links))
            #expect(try desk.messages.list(of: question, limit: 2).map(\.body) == ["1", "2"])
        }
    }
}
