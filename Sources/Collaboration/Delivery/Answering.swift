// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

extension ExchangeNode {
    /// Answers a request to this node, whether it came over the network or from an enterprise of this node.
    package func answer(_ request: PeerRequest) async -> PeerResponse {
        await answering {
            let target = try target(of: request)
            switch target.endpoint {
            case .statement: return try await statement(of: target.slug)
            case .invitations: return try await answerAcceptance(request, target.slug)
            case .inbox: return try await answerBatch(request, target.slug)
            case .outbox: return try await answerPull(request, target)
            case .outboxReceipts: return try await answerReceipts(request, target)
            case .digest(let link): return try await answerDigest(request, link, target)
            case .confirmation(let link): return try await takeConfirmation(request, link, target.slug)
            case .ownConfirmation(let link): return try await giveConfirmation(request, link, target.slug)
            case .peerStatement(let link): return try await takeStatement(request, link, target.slug)
            case .wantedAttachments: return try await answerWanted(request, target)
            case .broughtAttachment(let digest): return try await takeAttachment(request, digest, target)
            case .attachment(let digest): return try await answerAttachment(request, digest, target.slug)
            }
        }
    }

    /// What can be said against a request with a body before that has come; nil when it may come. It is answered in full
    /// once it is here.
    func refuse(head: PeerRequest) async -> PeerResponse? {
        let admitted = PeerResponse(status: 0)
        let response = await answering {
            let target = try target(of: head)
            switch target.endpoint {
            // Whoever accepts an invitation is not linked yet, and a new statement may be signed by a new key: these are in
            // the body.
            case .invitations, .peerStatement: return admitted
            default: break
            }
            let signed = try await verifyHead(head, for: target.slug)
            if case .broughtAttachment = target.endpoint, signed.sender(on: target.link.map { [$0] } ?? []) == nil {
                throw PeerRefusal.nowhere
            }
            return admitted
        }
        return response.status == admitted.status ? nil : response
    }

    private func target(of request: PeerRequest) throws(PeerRefusal) -> ExchangeTarget {
        guard let target = ExchangeTarget(request.method, url: request.url, origin: origin),
            Address(host: host, slug: target.slug) != nil
        else { throw .nowhere }
        return target
    }

    private func answering(_ body: () async throws -> PeerResponse) async -> PeerResponse {
        do {
            return try await body()
        } catch let refusal as SignedRefusal {
            return refusal.response
        } catch let refusal as PeerRefusal {
            return refusal.response
        } catch let refusal as RequestRefusal {
            return .problem(refusal.status, refusal.detail)
        } catch let error as StorageError where error.isPassing {
            return .problem(.unavailable, "The database does not answer. Try again in a moment.", retryAfter: 5)
        } catch {
            logger.error("A peer's request failed", metadata: ["error": "\(error)"])
            return .problem(.unavailable, "The request could not be answered. Try again later.", retryAfter: 60)
        }
    }

    private func statement(of slug: String) async throws -> PeerResponse {
        let (origin, now) = (origin, now())
        let jwt = try await database.read { tx -> String in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { throw PeerRefusal.nowhere }
            return try IdentityStore(enterprise.id, tx).statement(of: enterprise, origin: origin, at: now)
        }
        return PeerResponse(
            status: 200, fields: [Field("Content-Type", Statement.contentType), Field("Cache-Control", "max-age=300")],
            body: Array(jwt.utf8))
    }
}

/// Which of an enterprise's endpoints a request is for.
struct ExchangeTarget {
    enum Endpoint: Equatable {
        case statement, invitations, inbox, outbox, outboxReceipts
        case digest(ID<Link>)
        case confirmation(ID<Link>)
        case ownConfirmation(ID<Link>)
        case peerStatement(ID<Link>)
        case attachment(String)
        case wantedAttachments
        case broughtAttachment(String)
    }

    let slug: String
    let endpoint: Endpoint
    let query: [String: String]

    init?(_ method: String, url: String, origin: String) {
        guard url.hasPrefix(origin + "/") else { return nil }
        let parts = url.dropFirst(origin.count).split(separator: "?", maxSplits: 1)
        let path = (parts.first ?? "").split(separator: "/").map(String.init)
        query = Dictionary(
            (parts.count > 1 ? parts[1] : "").split(separator: "&").compactMap { pair in
                let sides = pair.split(separator: "=", maxSplits: 1)
                return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
            }, uniquingKeysWith: { first, _ in first })
        if path.count == 3, path[0] == ".well-known", path[1] == "entente", method == "GET" {
            slug = path[2]
            endpoint = .statement
            return
        }
        guard path.count >= 3, path[1] == "exchange" else { return nil }
        slug = path[0]
        switch (method, path[2], path.count) {
        case ("POST", "inbox", 3): endpoint = .inbox
        case ("GET", "outbox", 3): endpoint = .outbox
        case ("POST", "outbox", 3): endpoint = .outboxReceipts
        case ("POST", "invitations", 3): endpoint = .invitations
        case ("GET", "attachments", 4) where AttachmentRefV1.isDigest(path[3]): endpoint = .attachment(path[3])
        case ("GET", "attachments", 3): endpoint = .wantedAttachments
        case ("POST", "attachments", 4) where AttachmentRefV1.isDigest(path[3]): endpoint = .broughtAttachment(path[3])
        case ("GET", "links", 5) where path[4] == "digest":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .digest(link)
        case ("POST", "links", 5) where path[4] == "confirmation":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .confirmation(link)
        case ("GET", "links", 5) where path[4] == "confirmation":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .ownConfirmation(link)
        case ("POST", "links", 5) where path[4] == "statement":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .peerStatement(link)
        default: return nil
        }
    }
}

/// A refusal under our signature, for who has proved to be a peer.
struct SignedRefusal: Error {
    let response: PeerResponse
}

/// Why a peer's request is not answered as it wished.
enum PeerRefusal: Error, Sendable, Equatable {
    case nowhere
    case malformed(String)
    case suspended
    case closed
    case tooLarge
    case wrongType(expected: String)

    var response: PeerResponse {
        switch self {
        case .nowhere: .problem(.notFound, "There is no such enterprise or endpoint here.")
        case .malformed(let why): .problem(.malformed, why)
        case .suspended: .problem(.suspended, "The link is not active. Ask the other administrator.")
        case .closed: .problem(.closed, "The link, or the invitation, is closed.")
        case .tooLarge:
            .problem(.tooLarge, "At most \(Batch.maxEvents) events and \(Batch.maxBytes) bytes are taken at a time.")
        case .wrongType(let expected): .problem(.unsupportedMediaType, "Send \(expected).")
        }
    }
}

extension PeerResponse {
    /// A refusal under our signature over the request that it answers.
    static func signed(
        _ refusal: PeerRefusal, answering request: VerifiedRequest, by key: SigningKey, at now: Timestamp
    ) throws -> PeerResponse {
        let response = refusal.response
        guard let status = ExchangeStatus(rawValue: response.status) else { return response }
        return try .signed(
            status, response[field: "content-type"] ?? "", response.body, answering: request, by: key, at: now)
    }

    /// A response under our signature over the request that it answers.
    static func signed(
        _ status: ExchangeStatus, _ contentType: String, _ body: [UInt8], answering request: VerifiedRequest,
        by key: SigningKey, at now: Timestamp
    ) throws -> PeerResponse {
        PeerResponse(
            status: status.rawValue,
            fields: try ResponseProfile.sign(
                status: status.rawValue, contentType: contentType, body: body, answering: request.message, key: key,
                now: now.seconds),
            body: body)
    }

    /// Problem details (RFC 9457).
    static func problem(_ status: ExchangeStatus, _ detail: String, retryAfter: Int? = nil) -> PeerResponse {
        let body: JSONValue = .object([
            "type": "about:blank", "title": .string("\(status)"), "status": .integer(status.rawValue),
            "detail": .string(detail),
        ])
        return PeerResponse(
            status: status.rawValue,
            fields: [Field("Content-Type", "application/problem+json")]
                + (retryAfter.map { [Field("Retry-After", String($0))] } ?? []),
            body: body.bytes)
    }
}

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
        guard isNew else { throw RequestRefusal.replayed }
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
        try await verify(request, for: slug) { message, address, now throws(RequestRefusal) in
            try RequestProfile.read(message, body: request.body, destination: address, now: now)
        }
    }

    /// As ``verify(_:for:)``, of a request whose body has not come: the signature holds, the digest is not compared.
    private func verifyHead(_ request: PeerRequest, for slug: String) async throws -> SignedRequest {
        try await verify(request, for: slug) { message, address, now throws(RequestRefusal) in
            try RequestProfile.readHead(message, hasBody: true, destination: address, now: now)
        }
    }

    private func verify(
        _ request: PeerRequest, for slug: String,
        reading read: (HTTPMessageSignatures.Message, Address, WireTime) throws(RequestRefusal) -> UnverifiedRequest
    ) async throws -> SignedRequest {
        let now = now()
        let found = try await database.read { tx -> (Enterprise, SigningKey)? in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { return nil }
            return (enterprise, try IdentityStore(enterprise.id, tx).signingKey(at: now))
        }
        guard let (enterprise, signingKey) = found else { throw RequestRefusal.misdirected }
        let claimed = try read(request.message, try address(of: slug), now.seconds)
        let known = try await database.read { tx in
            try LinkStore(enterprise.id, tx).holders(ofKey: claimed.keyID, at: now)
        }
        guard let (key, holders) = known else { throw RequestRefusal.unknownKey }
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
