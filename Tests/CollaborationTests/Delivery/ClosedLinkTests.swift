// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("After a link has ended")
struct ClosedLinkTests {
    @Test("an event is a dead letter at once, but what outlives the link still goes", arguments: Engine.allCases)
    func closed(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["before"], in: conversation)
        try await pair.velora.delivery.drain()
        try await pair.velora.close(pair.link, of: pair.inviter)
        try await pair.kraft.close(pair.link, of: pair.accepter)
        try await pair.send(["after"], in: conversation)
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).map(\.code) == [.linkClosed])
        try await pair.velora.revoke("lotte", from: pair.inviter, over: pair.link, in: conversation)
        try await pair.velora.delivery.drain()
        #expect(Set(try await pair.arrived()) == ["before", "forget lotte"])
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).map(\.type) == [MessageAddedV1.type])
    }

    @Test(
        "what waits when a link ends is a dead letter, and what outlives it goes all the same",
        arguments: Engine.allCases)
    func waiting(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let conversation = ID<Conversation>()
        try await pair.send(["waits"], in: conversation)
        try await pair.velora.revoke("lotte", from: pair.inviter, over: pair.link, in: conversation)
        try await pair.kraft.close(pair.link, of: pair.accepter)
        try await pair.velora.delivery.drain()
        #expect(try await pair.velora.link(pair.inviter, pair.link)?.state == .closed)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["forget lotte"])
        #expect(try await pair.velora.deadLetters(pair.inviter, pair.link).map(\.type) == [MessageAddedV1.type])
    }
}
