// SPDX-License-Identifier: Apache-2.0
import Exchange
import HTTPMessageSignatures
import Storage

extension ExchangeNode {
    /// `POST {inbox}`: everything that is to happen has happened, durably, before the receipts are given.
    func answerBatch(_ request: PeerRequest, _ slug: String) async throws -> PeerResponse {
        let body = request.body ?? []
        guard body.count <= Batch.maxBytes else { throw PeerRefusal.tooLarge }
        let signed = try await verify(request, for: slug)
        guard request.mediaType == Batch.contentType else {
            return try signed.respond(.wrongType(expected: Batch.contentType))
        }
        let batch: [Batch.Item]
        do throws(BatchError) {
            batch = try Batch.decode(body)
        } catch {
            switch error {
            case .tooManyEvents, .tooManyBytes: return try signed.respond(.tooLarge)
            case .malformed(let why): return try signed.respond(.malformed("The body is no batch: \(why)."))
            }
        }
        guard let peer = signed.sender(on: batch.compactMap(\.link)) ?? signed.senders.first else {
            throw SignedRequestRefusal.unknownKey
        }
        let (handlers, logger) = (handlers, logger)
        do {
            let receipts = try await database.write { tx -> [Receipt] in
                guard let link = try LinkStore(peer.enterprise.id, tx).find(peer.link.id) else {
                    throw SignedRequestRefusal.unknownKey
                }
                try signed.spendNonce(tx)
                try link.admit(batch, handlers, at: peer.now)
                let receipts = try Inbox(peer.enterprise.id, handlers, tx, now: peer.now, logger: logger)
                    .receive(batch, from: link)
                try Destinations(tx).heard(
                    from: Destination(enterprise: peer.enterprise.id, link: link.id), at: peer.now)
                return receipts
            }
            let answer = Receipts(receipts)
            return try signed.respond(answer.status, Receipts.contentType, answer.json.bytes)
        } catch let refusal as PeerRefusal {
            return try signed.respond(refusal)
        }
    }
}

extension Batch.Item {
    fileprivate var link: ID<Link>? {
        if case .success(let envelope) = envelope { ID(envelope.link) } else { nil }
    }
}

extension Link {
    /// Whether anything is taken of a batch.
    package func takes(_ batch: [Batch.Item], _ handlers: InboundHandlers, at now: Timestamp) -> Bool {
        do { try admit(batch, handlers, at: now) } catch { return false }
        return true
    }

    /// Refuses a batch as a whole when the link takes nothing of it.
    fileprivate func admit(_ batch: [Batch.Item], _ handlers: InboundHandlers, at now: Timestamp) throws(PeerRefusal) {
        if isOpen(at: now) { return }
        switch state {
        case .pending, .suspended: throw .suspended
        case .active, .closing, .closed:
            let outlives = batch.allSatisfy { item in
                guard case .success(let envelope) = item.envelope else { return false }
                return handlers[envelope.type]?.outlivesLink ?? false
            }
            guard outlives, !batch.isEmpty else { throw .closed }
        }
    }
}
