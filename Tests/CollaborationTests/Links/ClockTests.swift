// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("Clocks that were wrong")
struct ClockTests {
    private static let hundredDays = 100 * 86_400

    /// What Velora says of itself, as it would have at another time.
    private func statement(_ pair: LinkedPair, at time: Timestamp) async throws -> String {
        try await pair.velora.database.read { tx in
            try IdentityStore(pair.inviter.id, tx).statement(of: pair.inviter, origin: pair.velora.node.origin, at: time)
        }
    }

    private func held(_ pair: LinkedPair) async throws -> Statement {
        try #require(try await pair.kraft.link(pair.accepter, pair.link)).statement()
    }

    /// As before there was a bound: Kraft Drives took a statement of a Velora whose clock was ahead for a moment.
    private func stick(_ pair: LinkedPair) async throws {
        let (jwt, now) = (try await statement(pair, at: pair.network.time + Self.hundredDays), pair.network.time)
        try await pair.kraft.database.write { tx in
            try tx.run("UPDATE links SET statement = \(jwt), statement_at = \(now) WHERE id = \(pair.link)")
        }
    }

    @Test("a statement from the future is not taken, fetched or told", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let ahead = try await statement(pair, at: pair.network.time + 301)
        pair.network.answerInstead { request in
            request.url.contains(".well-known") ? PeerResponse(status: 200, body: Array(ahead.utf8)) : nil
        }
        await #expect(throws: LinkingError.unreadable("its clock is ahead of ours")) {
            try await pair.kraft.node.refreshStatement(Destination(enterprise: pair.accepter.id, link: pair.link))
        }
        let told = try await KeyTests().tell(ahead, to: pair)
        #expect(told.status == 401)
        #expect(try await held(pair).issuedAt <= pair.network.time.seconds)
    }

    @Test("a link that is stuck with one recovers by itself, told or asked", arguments: Engine.allCases, [true, false])
    func recovers(engine: Engine, isTold: Bool) async throws {
        let pair = try await LinkedPair(engine)
        try await stick(pair)
        pair.network.advance(3_600)
        let now = pair.network.time
        try await pair.velora.database.write { tx in
            let identity = IdentityStore(pair.inviter.id, tx)
            try identity.revoke(identity.signingKey(at: now).thumbprint, at: now)
        }
        if isTold {
            await ExchangeChores(pair.velora.node).doDue()
        } else {
            pair.network.advance(6 * 3_600)
            await ExchangeChores(pair.kraft.node).doDue()
        }
        #expect(try await held(pair).issuedAt == pair.network.time.seconds.wholeSeconds)
        try await pair.send(["again"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["again"])
    }

    @Test("a replay of what was said before that brings no key back", arguments: Engine.allCases)
    func replayed(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let old = try await statement(pair, at: pair.network.time)
        pair.network.advance(3_600)
        try await stick(pair)
        pair.network.advance(3_600)
        #expect(try await KeyTests().tell(old, to: pair).status == 401)
        #expect(try await held(pair).issuedAt > pair.network.time.seconds)
    }

    @Test("a node that was ahead itself sends again, asks again, and has a key to sign with", arguments: Engine.allCases)
    func ownClock(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.beforeDelivery { request in
            if request.url.contains("kraft") { throw TestNetwork.Fault.unreachable }
        }
        try await pair.send(["waits"])
        pair.network.advance(Self.hundredDays)
        await ExchangeChores(pair.velora.node).doDue()
        try await pair.velora.delivery.drain()
        pair.network.advance(-Self.hundredDays)
        pair.network.heal()
        let now = pair.network.time
        try await pair.velora.database.write { tx in
            // What was given up while the clock was ahead is a person's to send again.
            let letters = DeadLetters(pair.inviter.id, tx, rules: Basis.features.letterRules)
            for letter in try letters.list(of: pair.link) {
                try letters.sendAgain(letter.id, from: pair.velora.node.address(of: "velora"), at: now)
            }
            try tx.run("UPDATE destinations SET failures = 1, next_attempt = \(now + Self.hundredDays)")
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["waits"])
        // A process that was ahead by minutes has ended, and its lease keeps nobody away.
        try await pair.send(["waits too"])
        try await pair.velora.database.write { tx in
            try tx.run("UPDATE destinations SET lease = \(UUID()), leased_until = \(now + 900)")
        }
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["waits", "waits too"])
        for day in [60, 80, 95] {
            let then = now + day * 86_400
            try await pair.velora.database.write { tx in
                let identity = IdentityStore(pair.inviter.id, tx)
                try identity.establish(at: then)
                _ = try identity.signingKey(at: then)
            }
        }
    }
}

extension WireTime {
    fileprivate var wholeSeconds: WireTime { WireTime(seconds: seconds) }
}
