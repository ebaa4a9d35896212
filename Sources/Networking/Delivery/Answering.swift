// SPDX-License-Identifier: Apache-2.0
import Exchange
import HTTPMessageSignatures
import Office
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
    package func refuse(head: PeerRequest) async -> PeerResponse? {
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
        } catch let refusal as SignedRequestRefusal {
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

extension PeerResponse {
    /// A refusal under our signature over the request that it answers.
    package static func signed(
        _ refusal: PeerRefusal, answering request: VerifiedRequest, by key: SigningKey, at now: Timestamp
    ) throws -> PeerResponse {
        let response = refusal.response
        guard let status = ExchangeStatus(rawValue: response.status) else { return response }
        return try .signed(
            status, response[field: "content-type"] ?? "", response.body, answering: request, by: key, at: now)
    }

    /// A response under our signature over the request that it answers.
    package static func signed(
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
    package static func problem(_ status: ExchangeStatus, _ detail: String, retryAfter: Int? = nil) -> PeerResponse {
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
