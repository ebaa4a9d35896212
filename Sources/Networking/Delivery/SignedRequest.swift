// SPDX-License-Identifier: Apache-2.0
import Exchange
import HTTPMessageSignatures
import Office
import Storage

/// A request whose signature holds. A statement proves its root key alone: anybody may list operational keys that are
/// somebody else's. So whose word a request is, is said by the link that it names.
struct SignedRequest: Sendable {
    let enterprise: Enterprise
    /// The links whose peers list the key: active ones first, then the oldest.
    let holders: [Link]
    let request: VerifiedRequest
    let signingKey: SigningKey
    let now: Timestamp

    /// The peer of the first named link that lists the key.
    func sender(on named: [ID<Link>]) -> Authenticated? {
        let link = named.lazy.compactMap { id in holders.first { $0.id == id } }.first
        return link.map { Authenticated(signed: self, link: $0) }
    }

    /// For requests that name no link. One that is pending counts only when it is named.
    var senders: [Authenticated] {
        holders.filter { $0.state != .pending }.map { Authenticated(signed: self, link: $0) }
    }

    /// A response under our signature over this request.
    func respond(_ status: ExchangeStatus, _ contentType: String, _ body: [UInt8]) throws -> PeerResponse {
        try .signed(status, contentType, body, answering: request, by: signingKey, at: now)
    }

    func respond(_ refusal: PeerRefusal) throws -> PeerResponse {
        try .signed(refusal, answering: request, by: signingKey, at: now)
    }

    /// Remembers the nonce in the transaction of the effect; refuses one that was used before.
    func spendNonce(_ tx: Transaction) throws {
        let until = now + Int(RequestProfile.nonceMemory)
        let isNew =
            try tx.run(
                """
                INSERT INTO nonces (enterprise, key, nonce, until)
                VALUES (\(enterprise.id), \(request.keyID), \(request.nonce), \(until))
                ON CONFLICT (enterprise, key, nonce) DO NOTHING
                """) > 0
        guard isNew else { throw SignedRequestRefusal.replayed }
    }
}

/// A request that the peer of a link has signed.
struct Authenticated: Sendable {
    let signed: SignedRequest
    let link: Link

    var enterprise: Enterprise { signed.enterprise }
    var now: Timestamp { signed.now }
    var destination: Destination { Destination(enterprise: enterprise.id, link: link.id) }

    /// Spends the nonce and notes that the peer is there.
    func enter(_ tx: Transaction) throws {
        try signed.spendNonce(tx)
        try noteHeard(tx)
    }

    func noteHeard(_ tx: Transaction) throws {
        try Destinations(tx).heard(from: destination, at: now)
    }
}

extension ExchangeNode {
    /// Verifies a request with a key that is looked up among the enterprises linked with the one it is for.
    func verify(_ request: PeerRequest, for slug: String) async throws -> SignedRequest {
        try await verify(request, for: slug) { message, address, now throws(SignedRequestRefusal) in
            try RequestProfile.read(message, body: request.body, destination: address, now: now)
        }
    }

    /// As ``verify(_:for:)``, of a request whose body has not come: the signature holds, the digest is not compared.
    func verifyHead(_ request: PeerRequest, for slug: String) async throws -> SignedRequest {
        try await verify(request, for: slug) { message, address, now throws(SignedRequestRefusal) in
            try RequestProfile.readHead(message, hasBody: true, destination: address, now: now)
        }
    }

    private func verify(
        _ request: PeerRequest, for slug: String,
        reading read: (HTTPMessage, Address, WireTime) throws(SignedRequestRefusal) -> UnverifiedRequest
    ) async throws -> SignedRequest {
        let now = now()
        let found = try await database.read { tx -> (Enterprise, SigningKey)? in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { return nil }
            return (enterprise, try IdentityStore(enterprise.id, tx).signingKey(at: now))
        }
        guard let (enterprise, signingKey) = found else { throw SignedRequestRefusal.misdirected }
        let claimed = try read(request.message, try address(of: slug), now.seconds)
        let known = try await database.read { tx in
            try LinkStore(enterprise.id, tx).holders(ofKey: claimed.keyID, at: now)
        }
        guard let (key, holders) = known else { throw SignedRequestRefusal.unknownKey }
        return SignedRequest(
            enterprise: enterprise, holders: holders, request: try claimed.verify(with: key), signingKey: signingKey,
            now: now)
    }

    /// Who has signed a request about this link; to anybody else it is as if there were none.
    func authenticate(_ request: PeerRequest, for slug: String, on link: ID<Link>?) async throws -> Authenticated {
        let signed = try await verify(request, for: slug)
        guard let peer = signed.sender(on: link.map { [$0] } ?? []) else {
            throw SignedRefusal(response: try signed.respond(PeerRefusal.nowhere))
        }
        return peer
    }
}
