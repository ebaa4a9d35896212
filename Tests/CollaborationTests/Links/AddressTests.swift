// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("Whose address it is")
struct AddressTests {
    private static let newHome = Address("new.example/velora")!

    private func address(_ pair: LinkedPair) async throws -> String? {
        try await pair.kraft.link(pair.accepter, pair.link)?.address.description
    }

    /// What Velora says of itself, changed, under its root key.
    private func statement(
        _ pair: LinkedPair, by root: SigningKey? = nil, _ change: (inout Statement) -> Void
    ) async throws -> String {
        let now = pair.network.time
        var (own, statement) = try await pair.velora.database.read { tx in
            let identity = IdentityStore(pair.inviter.id, tx)
            return (
                try identity.root(),
                try identity.unsignedStatement(of: pair.inviter, origin: pair.velora.node.origin, at: now)
            )
        }
        if let root { (own, statement.root) = (root, root.verifyingKey) }
        change(&statement)
        return try statement.signed(by: own)
    }

    /// What is answered at the address of before and at the new one.
    private func serve(_ before: String, _ after: String?, _ pair: LinkedPair) {
        pair.network.add(pair.velora.node, as: "https://new.example")
        pair.network.answerInstead { request in
            guard request.url.hasSuffix(Self.newHome.statementPath) else { return nil }
            let jwt = request.url.hasPrefix("https://new.example/") ? after : before
            return jwt.map { PeerResponse(status: 200, body: Array($0.utf8)) } ?? PeerResponse(status: 404)
        }
    }

    @Test(
        "a peer has moved once it answers there under its root key, and not by its word",
        arguments: Engine.allCases)
    func moved(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let chores = ExchangeChores(pair.kraft.node)
        pair.network.advance(60)
        let leaving = try await statement(pair) { $0.moved = Self.newHome }
        #expect(try await KeyTests().tell(leaving, to: pair).status == 200)
        #expect(try await address(pair) == "velora.example/velora")
        // Nobody there; then somebody else.
        let stranger = try await statement(pair, by: SigningKey()) { statement in
            statement.address = Self.newHome
            statement.endpoints = Endpoints(origin: "https://new.example", slug: "velora")
        }
        for answer in [nil, stranger] {
            serve(leaving, answer, pair)
            pair.network.advance(900)
            await chores.doDue()
            #expect(try await address(pair) == "velora.example/velora")
        }
        try await pair.kraft.send(["still here"], from: pair.accepter, over: pair.link)
        try await pair.kraft.delivery.drain()
        #expect(try await pair.velora.effects(pair.inviter) == ["still here"])
        pair.network.advance(900)
        let arrived = try await statement(pair) { statement in
            statement.address = Self.newHome
            statement.endpoints = Endpoints(origin: "https://new.example", slug: "velora")
        }
        serve(leaving, arrived, pair)
        await chores.doDue()
        #expect(try await address(pair) == "new.example/velora")
        let statement = try #require(try await pair.kraft.link(pair.accepter, pair.link)).statement()
        #expect(statement.endpoints.inbox == "https://new.example/velora/exchange/inbox")
    }

    @Test("what is served at another address than the link's own moves nothing", arguments: Engine.allCases)
    func unnamed(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        pair.network.advance(60)
        let elsewhere = try await statement(pair) { statement in
            statement.address = Self.newHome
            statement.endpoints = Endpoints(origin: "https://new.example", slug: "velora")
        }
        #expect(try await KeyTests().tell(elsewhere, to: pair).status == 400)
        pair.network.answerInstead { request in
            request.url.contains(".well-known") ? PeerResponse(status: 200, body: Array(elsewhere.utf8)) : nil
        }
        await #expect(throws: LinkingError.unreadable("it is new.example/velora’s")) {
            try await pair.kraft.node.refreshStatement(Destination(enterprise: pair.accepter.id, link: pair.link))
        }
        #expect(try await address(pair) == "velora.example/velora")
    }

    /// Somebody who holds an invitation of Velora's and says where it lives.
    private func accept(_ pair: LinkedPair, as claimed: String, root: SigningKey = SigningKey()) async throws -> PeerResponse {
        let (_, url) = try await pair.velora.invite(pair.inviter)
        let invitation = try #require(Invitation(url: url))
        let (key, address) = (SigningKey(), try #require(Address(claimed)))
        let now = pair.network.time.seconds
        let statement = Statement(
            address: address, name: "Anybody", colour: 1, place: "",
            endpoints: Endpoints(origin: "https://\(address.host)", slug: address.slug), root: root.verifyingKey,
            keys: [OperationalKey(key: key.verifyingKey, notBefore: now - 10, notAfter: now + 1_000)], issuedAt: now)
        let acceptance = Acceptance(token: invitation.token, statement: try statement.signed(by: root))
        let (target, body) = ("https://velora.example/velora/exchange/invitations", acceptance.json.bytes)
        let fields = try RequestProfile.sign(
            method: "POST", targetURI: target, destination: try pair.velora.node.address(of: "velora"),
            body: (Acceptance.contentType, body), key: key, now: now, nonce: ExchangeNode.random(16))
        return await pair.velora.node.answer(PeerRequest(method: "POST", url: target, fields: fields, body: body))
    }

    @Test(
        "who accepts an invitation cannot claim our address, a neighbour's, or that of a linked company",
        arguments: Engine.allCases)
    func claimed(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let neighbour = try await pair.velora.enterprise("neighbour")
        let claims = [
            "velora.example/velora", "velora.example/neighbour", "velora.example/nobody", "kraft.example/kraft-drives",
        ]
        for claim in claims {
            let answer = try await accept(pair, as: claim)
            #expect(answer.status == 400, "\(claim)")
            #expect(answer[field: "signature"] != nil, "a refusal is signed")
        }
        #expect(try await accept(pair, as: "free.example/anybody").status == 200)
        let own = try await pair.velora.database.read { tx in try IdentityStore(neighbour.id, tx).root() }
        #expect(try await accept(pair, as: "velora.example/neighbour", root: own).status == 200)
    }

    @Test("an invitation that is no more is refused under our signature", arguments: Engine.allCases)
    func signedRefusals(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (kept, url) = try await pair.velora.invite(pair.inviter)
        let now = pair.network.time
        try await pair.velora.database.write { tx in
            try InvitationStore(pair.inviter.id, tx).withdraw(kept.id, at: now)
        }
        let stranger = try await pair.kraft.enterprise("stranger")
        await #expect(throws: LinkingError.refused("status 410")) {
            try await pair.kraft.node.open(url, for: stranger)
        }
        let answer = try await accept(pair, as: "free.example/anybody", root: SigningKey())
        #expect(answer.status == 200)
    }

    @Test("a mistake in what a company says of itself is not told as a fraud", arguments: Engine.allCases)
    func mistakes(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (_, url) = try await pair.velora.invite(pair.inviter)
        let stranger = try await pair.kraft.enterprise("stranger")
        func open(_ jwt: String) async -> LinkingError? {
            pair.network.answerInstead { request in
                request.url.contains(".well-known") ? PeerResponse(status: 200, body: Array(jwt.utf8)) : nil
            }
            do { _ = try await pair.kraft.node.open(url, for: stranger) } catch { return error as? LinkingError }
            return nil
        }
        let nameless = try await statement(pair) { $0.name = String(repeating: "x", count: 1_001) }
        #expect(await open(nameless) == .unreadable("statement.name is larger than 1000"))
        for text in ["not a JWT", "a.b.c"] {
            guard case .unreadable = await open(text) else {
                Issue.record("«\(text)» is told as \(String(describing: await open(text)))")
                continue
            }
        }
        #expect(try await open(statement(pair, by: SigningKey()) { _ in }) == .otherIdentity)
    }
}
