// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking
@testable import Office

@Suite("Whose request it is")
struct WhoseRequestTests {
    @Test(
        "a company that lists another's key as its own, linked or still pending, takes none of its requests",
        arguments: Engine.allCases, [Link.State.pending, .active])
    func borrowedKey(engine: Engine, state: Link.State) async throws {
        let network = TestNetwork()
        let velora = try await TestNode("velora.example", engine, network)
        let kraft = try await TestNode("kraft.example", engine, network)
        let mallory = try await TestNode("mallory.example", engine, network)
        let (inviter, accepter) = (try await velora.enterprise("velora"), try await kraft.enterprise("kraft-drives"))
        let rival = try await mallory.enterprise("mallory")
        let (_, url) = try await velora.invite(inviter)
        let link = try await kraft.node.accept(kraft.node.open(url, for: accepter), for: accepter, colour: 1).id
        let (_, second) = try await mallory.invite(rival)
        let other = try await kraft.node.accept(kraft.node.open(second, for: accepter), for: accepter, colour: 2).id
        if state == .active {
            _ = try await mallory.database.write { tx in try LinkStore(rival.id, tx).confirm(other) }
            try await mallory.delivery.drain()
        }
        #expect(try await kraft.link(accepter, other)?.state == state)
        try await Self.list(keysOf: (velora, inviter), as: (mallory, rival), at: (kraft, accepter, other))

        _ = try await velora.database.write { tx in try LinkStore(inviter.id, tx).confirm(link) }
        try await velora.send(["a"], from: inviter, over: link)
        try await kraft.send(["b"], from: accepter, over: link)
        try await velora.delivery.drain()
        #expect(try await kraft.link(accepter, link)?.state == .active)
        #expect(try await kraft.effects(accepter) == ["a"])
        let there = Destination(enterprise: inviter.id, link: link)
        try await velora.node.pull(there)
        #expect(try await velora.effects(inviter) == ["b"])
        #expect(try await kraft.waiting(accepter, link) == 0)
        try await velora.node.compare(there)
        let file = try await velora.node.fetchAttachment(FileOfEachLink.digest(of: link), over: there)
        #expect(file == FileOfEachLink.bytes(of: link))
    }

    /// The rival's statement, under its own root key, lists the other's operational keys.
    private static func list(
        keysOf one: (TestNode, Enterprise), as rival: (TestNode, Enterprise), at place: (TestNode, Enterprise, ID<Link>)
    ) async throws {
        func statement(_ who: (TestNode, Enterprise)) async throws -> (Statement, SigningKey) {
            let (node, enterprise) = who
            let (origin, now) = (node.node.origin, node.network.time)
            return try await node.database.read { tx in
                let identity = IdentityStore(enterprise.id, tx)
                return (
                    try Statement.verify(identity.statement(of: enterprise, origin: origin, at: now)),
                    try identity.root()
                )
            }
        }
        var (forged, root) = try await statement(rival)
        forged.keys += try await statement(one).0.keys
        let (node, enterprise, id) = place
        let (kept, jwt, now) = (forged, try forged.signed(by: root), node.network.time)
        try await node.database.write { tx in
            let links = LinkStore(enterprise.id, tx)
            guard var link = try links.take(id) else { return }
            try links.keep(kept, jwt, in: &link, at: now)
        }
    }
}
