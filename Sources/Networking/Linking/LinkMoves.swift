// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// What an administrator does with a link.
extension LinkStore {
    /// The short codes were the same: the link counts from now on, and the peer is told.
    package func confirm(_ id: ID<Link>) throws -> Link {
        guard var link = try take(id) else { throw LinkingError.wrongState(.closed) }
        guard link.state == .pending, link.isInviter, let contract = link.contract else {
            throw LinkingError.wrongState(link.state)
        }
        link.ownSignature = try contract.signed(by: IdentityStore(scope, tx).root())
        link.state = .active
        link.isToConfirm = true
        try save(link)
        ring(link)
        return link
    }

    /// The codes differ, or nobody wants it any more: the link never comes about.
    package func refuse(_ id: ID<Link>, at now: Timestamp) throws {
        guard let link = try take(id), link.state == .pending else { throw LinkingError.wrongState(.closed) }
        try close(link, at: now)
    }

    /// Calls the peer from now on what it calls itself.
    package func agree(toName name: String?, of id: ID<Link>) throws -> Link {
        try change(id) { link in
            guard let name, link.newName == name else { throw LinkingError.wrongState(link.state) }
            link.name = name
            link.newName = nil
        }
    }

    package func suspend(_ id: ID<Link>) throws -> Link {
        try change(id) { link in
            guard link.state == .active else { throw LinkingError.wrongState(link.state) }
            link.state = .suspended
        }
    }

    package func resume(_ id: ID<Link>) throws -> Link {
        try change(id) { link in
            guard link.state == .suspended else { throw LinkingError.wrongState(link.state) }
            link.state = .active
        }
    }

    /// Parts from a peer: what is under way is still delivered for 72 hours.
    package func part(_ id: ID<Link>, because reason: String, from source: Address, at now: Timestamp) throws -> Link {
        let until = now + Int(LinkClosingV1.drains)
        let link = try change(id) { link in
            guard link.state == .active || link.state == .suspended else { throw LinkingError.wrongState(link.state) }
            link.state = .closing
            link.closesAt = until
        }
        try Outbox(scope, source: source, tx).enqueue(
            Outgoing(LinkClosingV1(until: until.seconds, reason: reason)), link: link, conversation: .ofLink(link.id),
            at: now)
        return link
    }

    /// Proposes another contract, which counts when the peer has signed it too. There is one proposal at a time.
    package func propose(
        _ id: ID<Link>, from source: Address, at now: Timestamp, _ change: (inout Contract) throws -> Void
    ) throws -> Link {
        guard var link = try take(id), var contract = link.contract, link.state == .active else {
            throw LinkingError.wrongState(.closed)
        }
        guard link.proposal == nil else { throw LinkingError.alreadyProposed }
        try change(&contract)
        guard contract.canonicalBytes != link.contract?.canonicalBytes else { throw LinkingError.nothingChanges }
        contract.link = link.id.uuid
        contract.version = (link.contract?.version ?? 0) + 1
        let signed = try contract.signed(by: IdentityStore(scope, tx).root())
        link.proposal = signed
        link.isProposalOurs = true
        try forgetProposals(on: link.id)
        link.proposalEvent = try Outbox(scope, source: source, tx).enqueue(
            Outgoing(ContractProposedV1(contract: signed)), link: link, conversation: .ofLink(link.id), at: now
        ).uuid
        try save(link)
        return link
    }

    /// Agrees to the contract that the peer has proposed.
    package func agree(_ id: ID<Link>, from source: Address, at now: Timestamp) throws -> Link {
        var (link, contract) = try proposed(id)
        let signed = try contract.signed(by: IdentityStore(scope, tx).root())
        link.contract = contract
        link.peerSignature = link.proposal
        link.ownSignature = signed
        link.proposal = nil
        try save(link)
        var agreed = Outgoing(ContractAgreedV1(contract: signed))
        agreed.causationID = link.proposalEvent
        try Outbox(scope, source: source, tx).enqueue(agreed, link: link, conversation: .ofLink(link.id), at: now)
        return link
    }

    /// Declines the contract that the peer has proposed: the present one stays.
    package func decline(
        _ id: ID<Link>, because reason: String = "", from source: Address, at now: Timestamp
    ) throws -> Link {
        var (link, contract) = try proposed(id)
        guard let event = link.proposalEvent else { throw LinkingError.nothingProposed }
        link.proposal = nil
        try save(link)
        var declined = Outgoing(ContractDeclinedV1(proposal: event, version: contract.version, reason: reason))
        declined.causationID = link.proposalEvent
        try Outbox(scope, source: source, tx).enqueue(declined, link: link, conversation: .ofLink(link.id), at: now)
        return link
    }

    private func proposed(_ id: ID<Link>) throws -> (Link, Contract) {
        guard let link = try take(id) else { throw LinkingError.wrongState(.closed) }
        guard let proposal = link.proposal, !link.isProposalOurs else { throw LinkingError.nothingProposed }
        guard link.state == .active else { throw LinkingError.wrongState(link.state) }
        return (link, try Contract.verify(proposal, signer: link.statement().root))
    }

    /// The peer has refused our proposal as it stands; it waits for no answer any more.
    package func forget(proposal event: Envelope, of id: ID<Link>) throws {
        guard event.type == ContractProposedV1.type, var link = try take(id), link.isProposalOurs,
            try event.data(as: ContractProposedV1.self).contract == link.proposal
        else { return }
        link.proposal = nil
        link.isProposalOurs = false
        try save(link)
    }

    /// Ends a link. What still waits to go becomes dead letters, but for what outlives the link: that is said anew,
    /// unless the peer has refused even that.
    package func close(_ link: Link, at now: Timestamp) throws {
        let waiting: SQL = """
            enterprise = \(scope) AND link = \(link.id) AND code IS NULL AND convseq > (
                SELECT settled_out FROM conversations c WHERE c.enterprise = outbox.enterprise
                    AND c.link = outbox.link AND c.id = outbox.conversation)
            """
        let outliving: SQL = "type IN (\(SQL.list(EventType.outliving.map(\.rawValue))))"
        let again = link.state == .closed ? [] : try tx.all(
            "SELECT event FROM outbox WHERE \(waiting) AND \(outliving) ORDER BY created_at"
        ) { row in try Envelope(JSONValue(parsing: row.next() as [UInt8])) }
        var closed = link
        closed.state = .closed
        closed.closesAt = now
        try save(closed)
        try tx.run("UPDATE outbox SET failed_at = \(now), code = \(RejectionCode.linkClosed) WHERE \(waiting)")
        try tx.run(
            """
            UPDATE conversations SET held_at = \(now)
            WHERE enterprise = \(scope) AND link = \(link.id) AND settled_out < last_out AND held_at IS NULL
            """)
        for event in again {
            try tx.run("UPDATE outbox SET failed_at = NULL WHERE enterprise = \(scope) AND id = \(event.id)")
            try Outbox(scope, source: event.source, tx).enqueue(
                Outgoing(again: event), link: closed, conversation: ID(event.conversation), at: now)
        }
    }

    private func change(_ id: ID<Link>, _ body: (inout Link) throws -> Void) throws -> Link {
        guard var link = try take(id) else { throw LinkingError.wrongState(.closed) }
        try body(&link)
        try save(link)
        ring(link)
        return link
    }

    private func ring(_ link: Link) {
        let destination = Destination(enterprise: scope, link: link.id)
        tx.afterCommit { DeliveryBell.ring(destination) }
    }
}

extension ID<Conversation> {
    /// The conversation about the link itself.
    package static func ofLink(_ link: ID<Link>) -> ID<Conversation> { ID(link.uuid) }
}

extension LinkStore {
    /// What was proposed before needs nobody's attention once something else is.
    fileprivate func forgetProposals(on link: ID<Link>) throws {
        try tx.run(
            """
            UPDATE outbox SET failed_at = NULL
            WHERE enterprise = \(scope) AND link = \(link) AND conversation = \(ID<Conversation>.ofLink(link))
                AND type = \(ContractProposedV1.type.rawValue) AND failed_at IS NOT NULL AND convseq <= (
                    SELECT settled_out FROM conversations c WHERE c.enterprise = outbox.enterprise
                        AND c.link = outbox.link AND c.id = outbox.conversation)
            """)
    }
}
