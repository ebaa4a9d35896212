// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("Keys that end before their time")
struct KeyTests {
    private func identity<T: Sendable>(
        _ pair: LinkedPair, _ body: @escaping @Sendable (IdentityStore, Timestamp) throws -> T
    ) async throws -> T {
        let now = pair.network.time
        return try await pair.velora.database.write { tx in try body(IdentityStore(pair.inviter.id, tx), now) }
    }

    private func signing(_ pair: LinkedPair) async throws -> String {
        try await identity(pair) { try $0.signingKey(at: $1).thumbprint }
    }

    /// Whether Kraft Drives would believe this key of Velora's.
    private func counts(_ thumbprint: String, _ pair: LinkedPair) async throws -> Bool {
        let now = pair.network.time
        return try await pair.kraft.database.read { tx in
            try LinkStore(pair.accepter.id, tx).holders(ofKey: thumbprint, at: now) != nil
        }
    }

    /// Tells Kraft Drives who Velora is from now on.
    func tell(
        _ jwt: String, to pair: LinkedPair, by key: SigningKey? = nil, link: ID<Link>? = nil,
        type: String = Statement.contentType
    ) async throws -> PeerResponse {
        let own = try await identity(pair) { try $0.signingKey(at: $1) }
        let url = "https://kraft.example/kraft-drives/exchange/links/\(link ?? pair.link)/statement"
        let body = Array(jwt.utf8)
        let fields = try RequestProfile.sign(
            method: "POST", targetURI: url, destination: try pair.kraft.node.address(of: "kraft-drives"),
            body: (type, body), key: key ?? own, now: pair.network.time.seconds, nonce: ExchangeNode.random(16))
        return await pair.kraft.node.answer(PeerRequest(method: "POST", url: url, fields: fields, body: body))
    }

    @Test("a revoked key is worth nothing at a peer as soon as it is told", arguments: Engine.allCases)
    func revoked(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let stolen = try await signing(pair)
        #expect(try await counts(stolen, pair))
        try await identity(pair) { try $0.revoke(stolen, at: $1) }
        let next = try await signing(pair)
        await ExchangeChores(pair.velora.node).doDue()
        #expect(try await !counts(stolen, pair))
        #expect(try await counts(next, pair))
        try await pair.send(["under the new key"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["under the new key"])
        for gone in [stolen, "nobody's"] {
            await #expect(throws: IdentityError.noSuchKey) { try await identity(pair) { try $0.revoke(gone, at: $1) } }
        }
        #expect(Set(try await identity(pair) { try $0.keys(at: $1).map(\.state) }) == [.signing, .revoked])
    }

    @Test("who was not told looks as soon as an answer is signed by a key it does not know", arguments: Engine.allCases)
    func untold(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let stolen = try await signing(pair)
        try await identity(pair) { try $0.revoke(stolen, at: $1) }
        try await pair.kraft.send(["hello"], from: pair.accepter, over: pair.link)
        try await pair.kraft.delivery.drain()
        #expect(try await !counts(stolen, pair))
        pair.network.advance(1)
        try await pair.kraft.delivery.drain()
        #expect(try await pair.velora.effects(pair.inviter) == ["hello"])
        #expect(try await pair.kraft.waiting(pair.accepter, pair.link) == 0)
    }

    @Test("who refuses an unknown key is told at once whose it is", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let stolen = try await signing(pair)
        try await identity(pair) { try $0.revoke(stolen, at: $1) }
        try await pair.send(["hello"])
        try await pair.velora.delivery.drain()
        #expect(try await !counts(stolen, pair))
        pair.network.advance(1)
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["hello"])
    }

    @Test("a statement is told only to who does not have it", arguments: Engine.allCases)
    func onlyOnce(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        func told() -> Int { pair.network.sent.count { $0.url.hasSuffix("/statement") } }
        let chores = ExchangeChores(pair.velora.node)
        for _ in 0..<3 {
            await chores.doDue()
            pair.network.advance(60)
        }
        #expect(told() == 1)
        _ = try await identity(pair) { try $0.rotate(at: $1) }
        await chores.doDue()
        #expect(told() == 2)
    }

    @Test("the peer of a link that has ended learns of new keys too", arguments: Engine.allCases)
    func ended(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await pair.velora.close(pair.link, of: pair.inviter)
        try await pair.kraft.close(pair.link, of: pair.accepter)
        let stolen = try await signing(pair)
        try await identity(pair) { try $0.revoke(stolen, at: $1) }
        pair.network.advance(6 * 3_600)
        // Nobody tells: Kraft Drives looks by itself.
        await ExchangeChores(pair.kraft.node).doDue()
        #expect(try await !counts(stolen, pair))
        try await pair.velora.revoke("lotte", from: pair.inviter, over: pair.link, in: ID())
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["forget lotte"])
    }

    @Test("a key that is replaced early signs for another day, and then the next one does", arguments: Engine.allCases)
    func rotated(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let first = try await signing(pair)
        let next = try await identity(pair) { try $0.rotate(at: $1) }
        #expect(try await identity(pair) { try $0.rotate(at: $1) } == next)
        await ExchangeChores(pair.velora.node).doDue()
        #expect(try await signing(pair) == first)
        #expect(next.notBefore == pair.network.time + Int(OperationalKey.announcedBefore))
        pair.network.advance(Int(OperationalKey.announcedBefore) + IdentityStore.overlap)
        #expect(try await signing(pair) == next.thumbprint)
        try await pair.send(["under the next key"])
        try await pair.velora.delivery.drain()
        #expect(try await pair.arrived() == ["under the next key"])
    }

    @Test(
        "a key that is revoked while the next one is only announced has a successor at once", arguments: Engine.allCases
    )
    func revokedWhileRotating(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let first = try await signing(pair)
        let next = try await identity(pair) { try $0.rotate(at: $1) }
        try await identity(pair) { try $0.revoke(first, at: $1) }
        #expect(try await ![first, next.thumbprint].contains(signing(pair)))
    }

    @Test(
        "a statement counts only under the pinned root, a key that it lists, and for the link's address",
        arguments: Engine.allCases)
    func told(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let held = try #require(try await pair.kraft.link(pair.accepter, pair.link)).statementJWT
        let stolen = try await signing(pair)
        let key = try await identity(pair) { try $0.signingKey(at: $1) }
        func tell(_ jwt: String, by key: SigningKey, link: ID<Link>? = nil, type: String = Statement.contentType)
            async throws -> Int
        {
            try await self.tell(jwt, to: pair, by: key, link: link, type: type).status
        }
        let (root, statement) = try await identity(pair) { identity, now in
            (
                try identity.root(),
                try identity.unsignedStatement(of: pair.inviter, origin: "https://velora.example", at: now)
            )
        }
        var forged = statement
        forged.root = SigningKey().verifyingKey
        #expect(try await tell(forged.signed(by: SigningKey()), by: key) == 401)
        #expect(try await tell(statement.signed(by: root), by: SigningKey()) == 401)
        #expect(try await tell(statement.signed(by: root), by: key, link: ID()) == 401)
        #expect(try await tell(statement.signed(by: root), by: key, type: "text/plain") == 415)
        let elsewhere = Address("elsewhere.example/velora")!
        var moved = statement
        moved.address = elsewhere
        moved.endpoints = Endpoints(origin: "https://elsewhere.example", slug: "velora")
        #expect(try await tell(moved.signed(by: root), by: key) == 400)
        // One from before the revocation, sent again by who has the stolen key, brings nothing back.
        pair.network.advance(10)
        try await identity(pair) { try $0.revoke(stolen, at: $1) }
        await ExchangeChores(pair.velora.node).doDue()
        #expect(try await tell(held, by: key) == 401)
        #expect(try await !counts(stolen, pair))
    }
}
