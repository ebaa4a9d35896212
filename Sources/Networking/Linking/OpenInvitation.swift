// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Office
import Storage

/// What the invited administrator sees before anything is agreed.
package struct OpenedInvitation: Sendable {
    package let invitation: Invitation
    package let inviter: Statement
    package let inviterJWT: String
    package let contract: Contract
}

extension ExchangeNode {
    /// Asks the inviting enterprise what it offers; nothing is agreed by it.
    package func open(_ url: String, for enterprise: Enterprise) async throws -> OpenedInvitation {
        guard let invitation = Invitation(url: url) else { throw LinkingError.notAnInvitation }
        guard invitation.isOpen(at: now().seconds) else { throw LinkingError.expired }
        let (jwt, inviter) = try await statement(at: invitation.address, pinned: invitation.rootThumbprint)
        let contract = try await accept(invitation, inviter, for: enterprise, signing: nil)
        return OpenedInvitation(invitation: invitation, inviter: inviter, inviterJWT: jwt, contract: contract)
    }

    /// Accepts what was opened: signs the contract and keeps the link, which waits for the short codes to be compared.
    package func accept(_ opened: OpenedInvitation, for enterprise: Enterprise, colour: Int) async throws -> Link {
        let now = now()
        let root = try await database.read { tx in
            let links = LinkStore(enterprise.id, tx)
            if let link = try links.find(root: opened.inviter.root.thumbprint), link.id.uuid != opened.contract.link {
                throw LinkingError.alreadyLinked(link.name)
            }
            return try IdentityStore(enterprise.id, tx).root()
        }
        let signature = try opened.contract.signed(by: root)
        _ = try await accept(opened.invitation, opened.inviter, for: enterprise, signing: signature)
        return try await database.write { tx in
            let links = LinkStore(enterprise.id, tx)
            if let known = try links.find(ID(opened.contract.link)) { return known }
            let inviter = opened.inviter
            let link = Link(
                enterprise: enterprise.id, id: ID(opened.contract.link), state: .pending, name: inviter.name,
                colour: colour, address: inviter.address, root: inviter.root.thumbprint,
                role: opened.contract.role.inverse, isInviter: false, statementJWT: opened.inviterJWT,
                statementAt: now,
                code: ShortCode(
                    inviter.root.thumbprint, root.thumbprint, token: opened.invitation.token
                ).description,
                contract: opened.contract, ownSignature: signature, createdAt: now)
            try links.add(link)
            return link
        }
    }

    /// A peer's statement, as its own server gives it; refused when another root key signed it.
    package func statement(at address: Address, pinned thumbprint: String) async throws -> (jwt: String, Statement) {
        let response: PeerResponse
        do {
            response = try await carry(
                PeerRequest(method: "GET", url: origin(of: address) + address.statementPath, fields: [], body: nil))
        } catch {
            throw LinkingError.unreachable("\(error)")
        }
        guard response.status == 200 else { throw LinkingError.unreachable("\(address) answered \(response.status)") }
        let jwt = String(decoding: response.body, as: UTF8.self)
        let statement: Statement
        do {
            statement = try Statement.take(jwt, pinned: thumbprint, at: now().seconds)
        } catch StatementError.otherRoot, JWS.Failure.invalidSignature {
            throw LinkingError.otherIdentity
        } catch StatementError.fromTheFuture {
            throw LinkingError.unreadable("its clock is ahead of ours")
        } catch {
            throw LinkingError.unreadable("\(error)")
        }
        guard statement.address == address else { throw LinkingError.unreadable("it is \(statement.address)’s") }
        return (jwt, statement)
    }

    /// Posts an acceptance, without a signature to see the contract, with one to agree to it.
    private func accept(
        _ invitation: Invitation, _ inviter: Statement, for enterprise: Enterprise, signing signature: String?
    ) async throws -> Contract {
        let (now, origin) = (now(), origin)
        let (key, statement) = try await database.read { tx in
            let identity = IdentityStore(enterprise.id, tx)
            return (
                try identity.signingKey(at: now), try identity.statement(of: enterprise, origin: origin, at: now)
            )
        }
        let contact = PeerContact(
            destination: Destination(enterprise: enterprise.id, link: ID()), signingKey: key, peer: inviter,
            address: invitation.address)
        let acceptance = Acceptance(token: invitation.token, statement: statement, contract: signature)
        let answer: PeerContact.Answer
        do throws(PeerFailure) {
            answer = try await contact.call(
                "POST", inviter.endpoints.invitations, body: (Acceptance.contentType, acceptance.json.bytes),
                through: self)
        } catch {
            switch error {
            case .unreachable(let why): throw LinkingError.unreachable(why)
            case .unsigned(let status, _), .status(let status, _): throw LinkingError.refused("status \(status)")
            }
        }
        guard answer.response.status == ExchangeStatus.ok.rawValue else {
            throw LinkingError.refused("status \(answer.response.status)")
        }
        do {
            let contract = try AcceptanceAnswer(JSONValue(parsing: answer.response.body)).contract
            let own = try Statement.verify(statement)
            guard contract.inviter.rootThumbprint == inviter.root.thumbprint,
                contract.accepter.rootThumbprint == own.root.thumbprint,
                contract.inviter.address == inviter.address, contract.accepter.address == own.address
            else { throw LinkingError.otherIdentity }
            return contract
        } catch let error as LinkingError {
            throw error
        } catch {
            throw LinkingError.unreachable("the answer cannot be read: \(error)")
        }
    }
}
