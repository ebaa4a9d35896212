// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

extension InboundHandlers {
    /// What peers say about the link itself.
    package static let aboutLinks: [InboundHandler] = [
        about(LinkClosingV1.self) { closing, envelope, link, tx, now in
            let latest = now + Int(LinkClosingV1.drains + RequestProfile.clockDifference)
            guard Timestamp(closing.until) <= latest else { throw Rejection(.malformed, "a link drains for 72 hours at most") }
            let links = LinkStore(sayingOf: link, tx, in: envelope.id, at: now)
            guard var link = try links.take(link.id), link.state != .closed else { return }
            link.state = .closing
            link.closesAt = min(Timestamp(closing.until), now + Int(LinkClosingV1.drains), link.closesAt ?? latest)
            try links.save(link)
        },
        about(ContractProposedV1.self) { proposed, envelope, link, tx, now in
            let links = LinkStore(sayingOf: link, tx, in: envelope.id, at: now)
            guard var link = try links.take(link.id) else { return }
            let contract = try link.read(proposed.contract)
            guard contract.version == (link.contract?.version ?? 0) + 1, contract.isBetweenTheSame(as: link.contract)
            else {
                throw Rejection(.stale, "the contract here has version \(link.contract?.version ?? 0)")
            }
            // Of two proposals that cross, both sides keep the inviter's.
            if link.proposal != nil, link.isInviter || !link.isProposalOurs {
                throw Rejection(.stale, "another contract is proposed and waits for its answer")
            }
            link.proposal = proposed.contract
            link.proposalEvent = envelope.id
            link.isProposalOurs = false
            try links.save(link)
        },
        about(ContractAgreedV1.self) { agreed, envelope, link, tx, now in
            let links = LinkStore(sayingOf: link, tx, in: envelope.id, at: now)
            guard var link = try links.take(link.id), link.isProposalOurs, let proposal = link.proposal else {
                throw Rejection(.stale, "nothing is proposed here")
            }
            let contract = try link.read(agreed.contract)
            let root = try IdentityStore(link.enterprise, tx).root().verifyingKey
            guard try Contract.verify(proposal, signer: root).canonicalBytes == contract.canonicalBytes else {
                throw Rejection(.stale, "another contract is proposed here")
            }
            link.contract = contract
            link.ownSignature = proposal
            link.peerSignature = agreed.contract
            link.proposal = nil
            link.isProposalOurs = false
            try links.save(link)
        },
        about(ContractDeclinedV1.self) { declined, envelope, link, tx, now in
            let links = LinkStore(sayingOf: link, tx, in: envelope.id, at: now)
            guard var link = try links.take(link.id), link.isProposalOurs, link.proposal != nil,
                declined.proposal == link.proposalEvent
            else { throw Rejection(.stale, "that is not proposed here") }
            link.proposal = nil
            link.isProposalOurs = false
            try links.save(link)
        },
        // This node's own effects are never pending, so that receipts of the second level only confirm.
        .on(ReceiptAppliedV1.self, outlivesLink: true) { _, _, _, _, _ in },
        .on(ReceiptFailedV1.self, outlivesLink: true) { failed, _, link, tx, now in
            try tx.run(
                """
                UPDATE outbox SET failed_at = \(now), code = \(failed.code), detail = \(failed.detail)
                WHERE enterprise = \(link.enterprise) AND link = \(link.id) AND id = \(failed.event)
                """)
        },
    ]

    /// For what is said in the conversation about the link itself, and nowhere else.
    private static func about<Value: EventData>(
        _ type: Value.Type,
        _ apply: @escaping @Sendable (Value, Envelope, Link, Transaction, Timestamp) throws -> Void
    ) -> InboundHandler {
        .on(type) { value, envelope, link, tx, now in
            guard envelope.conversation == link.id.uuid else {
                throw Rejection(.malformed, "the conversation about a link has the link's id")
            }
            try apply(value, envelope, link, tx, now)
        }
    }
}

extension Link {
    /// A contract under the peer's signature.
    fileprivate func read(_ signed: String) throws -> Contract {
        do {
            return try Contract.verify(signed, signer: statement().root)
        } catch {
            throw Rejection(.malformed, "the contract's signature does not hold: \(error)")
        }
    }
}

extension Contract {
    fileprivate func isBetweenTheSame(as other: Contract?) -> Bool {
        link == other?.link && inviter.rootThumbprint == other?.inviter.rootThumbprint
            && accepter.rootThumbprint == other?.accepter.rootThumbprint
    }
}
