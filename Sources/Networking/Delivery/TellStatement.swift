// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Office
import Storage

extension ExchangeNode {
    /// Tells the peers of a link what has changed in our statement: a key, a revocation, the name. They would find it
    /// within hours; who cannot reach us learns it by this alone.
    func tellStatement(over destination: Destination) async throws {
        let (contact, own) = try await database.read { tx in
            (try self.contact(destination, tx), try self.ownStatement(of: destination.enterprise, tx))
        }
        guard let contact, let own else { return }
        let jwt = try own.statement.signed(by: own.root)
        do {
            let answer = try await contact.call(
                "POST", contact.peer.endpoints.statement(of: destination.link.uuid),
                body: (Statement.contentType, Array(jwt.utf8)), through: self)
            guard answer.response.status == ExchangeStatus.ok.rawValue else {
                throw PeerFailure.status(answer.response.status, retryAfter: nil)
            }
        } catch PeerFailure.unsigned(404, _), PeerFailure.status(404, _) {
            // A node of before, or one that has forgotten the link: it looks by itself, or not at all.
        }
        try await database.write { tx in
            try tx.run(
                """
                UPDATE links SET told = \(own.digest)
                WHERE enterprise = \(destination.enterprise) AND id = \(destination.link)
                """)
        }
    }

    /// Links over which another statement was told than the present one, and that may be tried now.
    package func untold(at now: Timestamp) async throws -> [Destination] {
        try await database.read { tx in
            try EnterpriseStore(tx).all().flatMap { enterprise -> [Destination] in
                guard let (_, _, digest) = try self.ownStatement(of: enterprise.id, tx) else { return [] }
                return try tx.all(
                    """
                    SELECT l.id FROM links l JOIN destinations d ON d.enterprise = l.enterprise AND d.link = l.id
                    WHERE l.enterprise = \(enterprise.id) AND l.state <> \(Link.State.pending)
                        AND \(Destinations.isDue("d", at: now)) AND (l.told IS NULL OR l.told <> \(digest)) LIMIT 1000
                    """
                ) { Destination(enterprise: enterprise.id, link: try $0.next()) }
            }
        }
    }

    /// Our statement, the key that signs it, and a digest of what it says, whenever it says it.
    private func ownStatement(
        of enterprise: ID<Enterprise>, _ tx: Transaction
    ) throws -> (statement: Statement, root: SigningKey, digest: String)? {
        guard let enterprise = try EnterpriseStore(tx).find(enterprise) else { return nil }
        let identity = IdentityStore(enterprise.id, tx)
        let statement = try identity.unsignedStatement(of: enterprise, origin: origin, at: now())
        var timeless = statement
        timeless.issuedAt = WireTime(seconds: 0)
        let digest = Exchange.Base64URL.encode(Array(SHA256.hash(data: timeless.json.bytes)))
        return (statement, try identity.root(), digest)
    }

    /// `POST {links}/{id}/statement`: the peer says who it is from now on. The key may be one that only the new statement
    /// lists, so that a revocation of the last key that we knew can be told; the pinned root key vouches for it.
    func takeStatement(_ request: PeerRequest, _ id: ID<Link>, _ slug: String) async throws -> PeerResponse {
        let (now, body) = (now(), request.body ?? [])
        guard body.count <= Statement.maxBytes else { throw PeerRefusal.tooLarge }
        let claimed = try RequestProfile.read(
            request.message, body: body, destination: try address(of: slug), now: now.seconds)
        let (enterprise, link, signingKey) = try await database.read { tx in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { throw SignedRequestRefusal.misdirected }
            guard let link = try LinkStore(enterprise.id, tx).find(id) else { throw SignedRequestRefusal.unknownKey }
            return (enterprise, link, try IdentityStore(enterprise.id, tx).signingKey(at: now))
        }
        let jwt = String(decoding: body, as: UTF8.self)
        guard let statement = try? Statement.take(jwt, pinned: link.root, at: now.seconds),
            try statement.supersedes(link.statement(), taken: link.statementAt.seconds, at: now.seconds),
            let key = statement.key(claimed.keyID, at: now.seconds)
        else { throw SignedRequestRefusal.unknownKey }
        let signed = SignedRequest(
            enterprise: enterprise, holders: [link], request: try claimed.verify(with: key), signingKey: signingKey,
            now: now)
        guard request.mediaType == Statement.contentType else {
            return try signed.respond(.wrongType(expected: Statement.contentType))
        }
        guard statement.address == link.address else {
            return try signed.respond(.malformed("The statement is for another address than that of the link."))
        }
        try await database.write { tx in
            try Authenticated(signed: signed, link: link).enter(tx)
            let links = LinkStore(enterprise.id, tx)
            guard var link = try links.take(id) else { return }
            try links.keep(statement, jwt, in: &link, at: now)
        }
        return try signed.respond(.ok, Statement.contentType, [])
    }
}
