// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Office
import Storage

extension ExchangeNode {
    /// `POST {invitations}`: somebody who holds an invitation opens it, and then accepts it.
    ///
    /// The sender is not linked yet: its keys come from the statement inside, which the token vouches for. Nothing is
    /// fetched because a stranger said so.
    func answerAcceptance(_ request: PeerRequest, _ slug: String) async throws -> PeerResponse {
        let now = now()
        guard request.mediaType == Acceptance.contentType else {
            throw PeerRefusal.wrongType(expected: Acceptance.contentType)
        }
        let claimed = try RequestProfile.read(
            request.message, body: request.body ?? [], destination: try address(of: slug), now: now.seconds)
        let acceptance: Acceptance
        let peer: Statement
        do {
            acceptance = try Acceptance(JSONValue(parsing: request.body ?? []))
            peer = try Statement.take(acceptance.statement, at: now.seconds)
        } catch {
            throw PeerRefusal.malformed("The acceptance cannot be read: \(error).")
        }
        guard let key = peer.key(claimed.keyID, at: now.seconds) else { throw SignedRequestRefusal.unknownKey }
        let verified = try claimed.verify(with: key)
        let own = try address(of: slug)
        let found = try await database.read { tx -> (Enterprise, SigningKey)? in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { return nil }
            return (enterprise, try IdentityStore(enterprise.id, tx).signingKey(at: now))
        }
        guard let (enterprise, signingKey) = found else { throw SignedRequestRefusal.misdirected }
        do {
            let contract = try await database.write { tx in
                try Accepting(enterprise, own, tx, at: now).take(acceptance, from: peer)
            }
            return try .signed(
                .ok, Acceptance.contentType, AcceptanceAnswer(contract: contract).json.bytes, answering: verified,
                by: signingKey, at: now)
        } catch let refusal as PeerRefusal {
            return try .signed(refusal, answering: verified, by: signingKey, at: now)
        }
    }
}

/// The inviting side of linking.
private struct Accepting {
    private let enterprise: Enterprise
    private let address: Address
    private let tx: Transaction
    private let now: Timestamp

    init(_ enterprise: Enterprise, _ address: Address, _ tx: Transaction, at now: Timestamp) {
        self.enterprise = enterprise
        self.address = address
        self.tx = tx
        self.now = now
    }

    /// The contract to sign; once it was signed, the one that waits for the short codes to be compared. The first who
    /// opens an invitation has it: for anybody else it is closed, and so it is once it ran out or was withdrawn.
    func take(_ acceptance: Acceptance, from peer: Statement) throws -> Contract {
        let invitations = InvitationStore(enterprise.id, tx)
        let links = LinkStore(enterprise.id, tx)
        guard let invitation = try invitations.take(tokenHash: acceptance.token.hash),
            invitation.openedBy == nil || invitation.openedBy == peer.root.thumbprint
        else { throw PeerRefusal.closed }
        if let link = try links.find(invitation.link), let contract = link.contract { return contract }
        guard invitation.isOpen(at: now) else { throw PeerRefusal.closed }
        let root = try IdentityStore(enterprise.id, tx).root()
        guard root.thumbprint != peer.root.thumbprint else {
            throw PeerRefusal.malformed("An enterprise cannot link with itself.")
        }
        guard try links.find(root: peer.root.thumbprint) == nil else {
            throw PeerRefusal.malformed("There is a link between these enterprises already.")
        }
        guard try isCredible(peer.address, of: peer, links) else {
            throw PeerRefusal.malformed("\(peer.address) is the address of another enterprise.")
        }
        let contract = Contract(
            link: invitation.link.uuid,
            inviter: Party(
                address: address, name: enterprise.name, rootThumbprint: root.thumbprint,
                onwardName: invitation.role.inverse.onwardName),
            accepter: Party(
                address: peer.address, name: peer.name, rootThumbprint: peer.root.thumbprint,
                onwardName: invitation.role.onwardName),
            role: invitation.role, kinds: invitation.kinds, fields: invitation.role.fields,
            retention: invitation.role.retention)
        try invitations.note(invitation.id, openedBy: peer.root.thumbprint)
        guard let signature = acceptance.contract else { return contract }
        try require(signature, by: peer.root, of: contract)
        try links.add(
            Link(
                enterprise: enterprise.id, id: invitation.link, state: .pending, name: peer.name, colour: peer.colour,
                address: peer.address, root: peer.root.thumbprint, role: invitation.role, isInviter: true,
                statementJWT: acceptance.statement, statementAt: now,
                code: ShortCode(root.thumbprint, peer.root.thumbprint, token: acceptance.token).description,
                contract: contract, peerSignature: signature, createdAt: now))
        try invitations.note(invitation.id, acceptedAt: now)
        return contract
    }

    /// Whether the address can be the accepter's. Nothing is fetched from it; but it is not that of somebody we know.
    private func isCredible(_ claimed: Address, of peer: Statement, _ links: LinkStore) throws -> Bool {
        if claimed.host == address.host {
            guard let neighbour = try EnterpriseStore(tx).find(slug: claimed.slug),
                try IdentityStore(neighbour.id, tx).root().thumbprint == peer.root.thumbprint
            else { return false }
        }
        return try !links.hasOther(than: peer.root.thumbprint, at: claimed)
    }

    private func require(_ signature: String, by root: VerifyingKey, of contract: Contract) throws {
        let signed: Contract
        do {
            signed = try Contract.verify(signature, signer: root)
        } catch {
            throw PeerRefusal.malformed("The contract's signature does not hold: \(error).")
        }
        guard signed.canonicalBytes == contract.canonicalBytes else {
            throw PeerRefusal.malformed(
                "Another contract was signed than the one that was offered. Open the invitation again.")
        }
    }
}
