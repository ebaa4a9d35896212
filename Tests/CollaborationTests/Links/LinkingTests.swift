// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking
@testable import Office

@Suite("Linking two enterprises")
struct EnterpriseLinkingTests {
    @Test(
        "both sides see one code, and after the confirmation hold one contract under both signatures",
        arguments: Engine.allCases)
    func linking(engine: Engine) async throws {
        let network = TestNetwork()
        let velora = try await TestNode("velora.example", engine, network)
        let kraft = try await TestNode("kraft.example", engine, network)
        let inviter = try await velora.enterprise("velora")
        let accepter = try await kraft.enterprise("kraft-drives")
        let (_, url) = try await velora.invite(inviter)

        let opened = try await kraft.node.open(url, for: accepter)
        #expect(opened.inviter.name == "Velora")
        #expect(opened.contract.role == .supplier)
        let accepted = try await kraft.node.accept(opened, for: accepter, colour: 5)
        let pending = try #require(try await velora.link(inviter, accepted.id))
        #expect(pending.code == accepted.code && pending.code.count == 14)
        #expect(pending.state == .pending && accepted.state == .pending)
        #expect(pending.role == .supplier && accepted.role == .customer)

        _ = try await velora.database.write { tx in try LinkStore(inviter.id, tx).confirm(accepted.id) }
        try await velora.delivery.drain()
        let ours = try #require(try await velora.link(inviter, accepted.id))
        let theirs = try #require(try await kraft.link(accepter, accepted.id))
        #expect(ours.state == .active && theirs.state == .active && !ours.isToConfirm)
        #expect(ours.contract?.canonicalBytes == theirs.contract?.canonicalBytes)
        #expect(ours.ownSignature == theirs.peerSignature && ours.peerSignature == theirs.ownSignature)
        #expect(theirs.colour == 5)
    }

    @Test(
        "an invitation serves the first who opens it, and nobody once it ran out or was withdrawn",
        arguments: Engine.allCases)
    func singleUse(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let stranger = try await pair.kraft.enterprise("stranger")
        let (kept, url) = try await pair.velora.invite(pair.inviter)
        let other = try await pair.kraft.enterprise("other")
        _ = try await pair.kraft.node.open(url, for: stranger)
        await #expect(throws: LinkingError.self) { try await pair.kraft.node.open(url, for: other) }
        _ = try await pair.kraft.node.open(url, for: stranger)
        let now = pair.network.time
        try await pair.velora.database.write { tx in
            try InvitationStore(pair.inviter.id, tx).withdraw(kept.id, at: now)
        }
        await #expect(throws: LinkingError.self) { try await pair.kraft.node.open(url, for: stranger) }
        let (_, second) = try await pair.velora.invite(pair.inviter)
        pair.network.advance(Int(Invitation.lifetime))
        await #expect(throws: LinkingError.expired) { try await pair.kraft.node.open(second, for: stranger) }
    }

    @Test("an invitation whose address answers under another root key is refused", arguments: Engine.allCases)
    func otherIdentity(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let stranger = try await pair.kraft.enterprise("stranger")
        let (_, url) = try await pair.velora.invite(pair.inviter)
        let invitation = try #require(Invitation(url: url))
        let forged = Invitation(
            address: invitation.address, rootThumbprint: SigningKey().thumbprint, token: invitation.token,
            expiresAt: invitation.expiresAt)
        await #expect(throws: LinkingError.otherIdentity) {
            try await pair.kraft.node.open(forged.url(allowingPlainLoopback: false), for: stranger)
        }
        await #expect(throws: LinkingError.notAnInvitation) { try await pair.kraft.node.open("hello", for: stranger) }
    }

    @Test("an acceptance whose answer was lost can be sent again", arguments: Engine.allCases)
    func lostAnswer(engine: Engine) async throws {
        let network = TestNetwork()
        let velora = try await TestNode("velora.example", engine, network)
        let inviter = try await velora.enterprise("velora")
        let kraft = try await TestNode("kraft.example", engine, network)
        let accepter = try await kraft.enterprise("kraft-drives")
        let (_, url) = try await velora.invite(inviter)
        let opened = try await kraft.node.open(url, for: accepter)
        network.afterDelivery { _ in throw TestNetwork.Fault.responseLost }
        await #expect(throws: LinkingError.self) { try await kraft.node.accept(opened, for: accepter, colour: 1) }
        network.heal()
        let link = try await kraft.node.accept(opened, for: accepter, colour: 1)
        #expect(try await velora.link(inviter, link.id)?.code == link.code)
    }

    @Test("the token of an invitation is nowhere in the database of the one who made it", arguments: Engine.allCases)
    func tokenIsNotKept(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (_, url) = try await pair.velora.invite(pair.inviter)
        let token = try #require(Invitation(url: url)).token
        let hashes: [[UInt8]] = try await pair.velora.database.read { tx in
            try tx.all("SELECT token_hash FROM invitations") { try $0.next() }
        }
        #expect(hashes.contains(token.hash) && !hashes.contains(token.bytes))
    }

    @Test("a contract changes when both have signed the change, and not before", arguments: Engine.allCases)
    func contractChange(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (now, ours) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        _ = try await pair.velora.database.write { tx in
            try LinkStore(pair.inviter.id, tx).propose(pair.link, from: ours, at: now) { $0.kinds.append("incident") }
        }
        try await pair.velora.delivery.drain()
        let proposed = try #require(try await pair.kraft.link(pair.accepter, pair.link))
        #expect(proposed.proposal != nil && proposed.contract?.allows(kind: "incident") == false)
        let theirs = try pair.kraft.node.address(of: "kraft-drives")
        _ = try await pair.kraft.database.write { tx in
            try LinkStore(pair.accepter.id, tx).agree(pair.link, from: theirs, at: now)
        }
        try await pair.kraft.delivery.drain()
        let (one, two) = (
            try await pair.velora.link(pair.inviter, pair.link), try await pair.kraft.link(pair.accepter, pair.link)
        )
        #expect(one?.contract == two?.contract && one?.contract?.version == 2)
        #expect(one?.contract?.allows(kind: "incident") == true)
        #expect(one?.peerSignature == two?.ownSignature && one?.ownSignature == two?.peerSignature)
    }

    private func propose(_ kind: String, _ node: TestNode, _ enterprise: Enterprise, _ link: ID<Link>) async throws {
        let (now, address) = (node.network.time, try node.node.address(of: enterprise.slug))
        _ = try await node.database.write { tx in
            try LinkStore(enterprise.id, tx).propose(link, from: address, at: now) { $0.kinds.append(kind) }
        }
    }

    @Test("there is one proposal at a time; a declined one leaves the contract as it was", arguments: Engine.allCases)
    func declined(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        try await propose("incident", pair.velora, pair.inviter, pair.link)
        await #expect(throws: LinkingError.alreadyProposed) {
            try await propose("repair", pair.velora, pair.inviter, pair.link)
        }
        try await pair.velora.delivery.drain()
        await #expect(throws: LinkingError.alreadyProposed) {
            try await propose("repair", pair.kraft, pair.accepter, pair.link)
        }
        let (now, theirs) = (pair.network.time, try pair.kraft.node.address(of: "kraft-drives"))
        _ = try await pair.kraft.database.write { tx in
            try LinkStore(pair.accepter.id, tx).decline(pair.link, from: theirs, at: now)
        }
        try await pair.kraft.delivery.drain()
        let (one, two) = (
            try await pair.velora.link(pair.inviter, pair.link), try await pair.kraft.link(pair.accepter, pair.link)
        )
        #expect(one?.proposal == nil && two?.proposal == nil && one?.contract == two?.contract)
        #expect(one?.contract?.version == 1)
        try await propose("repair", pair.velora, pair.inviter, pair.link)
    }

    @Test("of two proposals that cross, both sides keep the inviter's", arguments: Engine.allCases, [false, true])
    func crossing(engine: Engine, inviterFirst: Bool) async throws {
        let pair = try await LinkedPair(engine)
        try await propose("incident", pair.velora, pair.inviter, pair.link)
        try await propose("repair", pair.kraft, pair.accepter, pair.link)
        if inviterFirst { try await pair.velora.delivery.drain() }
        try await pair.kraft.delivery.drain()
        try await pair.velora.delivery.drain()
        let letter = try #require(try await pair.kraft.deadLetters(pair.accepter, pair.link).first)
        let (now, theirs) = (pair.network.time, try pair.kraft.node.address(of: "kraft-drives"))
        await #expect(throws: LinkingError.overtaken) {
            try await pair.kraft.database.write { tx in
                try DeadLetters(pair.accepter.id, tx, rules: Basis.features.letterRules).sendAgain(letter.id, from: theirs, at: now)
            }
        }
        _ = try await pair.kraft.database.write { tx in
            try LinkStore(pair.accepter.id, tx).agree(pair.link, from: theirs, at: now)
        }
        try await pair.kraft.delivery.drain()
        let (one, two) = (
            try await pair.velora.link(pair.inviter, pair.link), try await pair.kraft.link(pair.accepter, pair.link)
        )
        #expect(one?.contract == two?.contract && one?.proposal == nil && two?.proposal == nil)
        #expect(one?.contract?.allows(kind: "incident") == true && one?.contract?.allows(kind: "repair") == false)
    }

    @Test(
        "an operational key is announced a day before it signs, and a revoked one counts no more",
        arguments: Engine.allCases)
    func rotation(engine: Engine) async throws {
        let network = TestNetwork()
        let velora = try await TestNode("velora.example", engine, network)
        let enterprise = try await velora.enterprise("velora")
        func statement() async throws -> Statement {
            let now = network.time
            return try await velora.database.read { tx in
                try Statement.verify(
                    IdentityStore(enterprise.id, tx).statement(
                        of: enterprise, origin: "https://velora.example", at: now))
            }
        }
        func establish() async throws -> String {
            let now = network.time
            return try await velora.database.write { tx in
                try IdentityStore(enterprise.id, tx).establish(at: now)
                return try IdentityStore(enterprise.id, tx).signingKey(at: now).thumbprint
            }
        }
        let first = try await establish()
        network.advance(IdentityStore.keyLifetime - IdentityStore.renewsBefore + 1)
        #expect(try await establish() == first)
        let both = try await statement()
        #expect(both.keys.count == 2 && both.key(first, at: network.time.seconds) != nil)
        network.advance(IdentityStore.renewsBefore)
        let second = try await establish()
        #expect(second != first)
        let now = network.time
        try await velora.database.write { tx in try IdentityStore(enterprise.id, tx).revoke(second, at: now) }
        let revoked = try await statement()
        #expect(revoked.revoked.contains(second) && revoked.key(second, at: now.seconds) == nil)
        #expect(try await establish() != second)
    }
}
