// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

extension ExchangeNode {
    /// `POST {links}/{id}/confirmation`: the inviting side says that the codes were the same.
    func takeConfirmation(_ request: PeerRequest, _ link: ID<Link>, _ slug: String) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: slug, on: link)
        let signed: String
        do {
            signed = try Confirmation(JSONValue(parsing: request.body ?? [])).contract
        } catch {
            return try peer.signed.respond(.malformed("The confirmation cannot be read: \(error)."))
        }
        do {
            try await database.write { tx in
                try peer.enter(tx)
                try LinkStore(peer.enterprise.id, tx).keep(confirmation: signed, of: link)
            }
        } catch let refusal as PeerRefusal {
            return try peer.signed.respond(refusal)
        }
        return try peer.signed.respond(.ok, Confirmation.contentType, Array("{}".utf8))
    }

    /// `GET {links}/{id}/confirmation`: the same, for an accepting side that cannot be reached.
    func giveConfirmation(_ request: PeerRequest, _ link: ID<Link>, _ slug: String) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: slug, on: link)
        do {
            let signed = try await database.write { tx -> String in
                try peer.signed.spendNonce(tx)
                guard let link = try LinkStore(peer.enterprise.id, tx).find(link), link.state != .closed else {
                    throw PeerRefusal.closed
                }
                guard link.isInviter, link.state != .pending, let signed = link.ownSignature else {
                    throw PeerRefusal.suspended
                }
                return signed
            }
            return try peer.signed.respond(.ok, Confirmation.contentType, Confirmation(contract: signed).json.bytes)
        } catch let refusal as PeerRefusal {
            return try peer.signed.respond(refusal)
        }
    }
}

extension LinkStore {
    /// Takes the inviting side's signature under the contract that was accepted here: the link counts from now on.
    package func keep(confirmation: String, of id: ID<Link>) throws {
        guard var link = try take(id), link.state != .closed else { throw PeerRefusal.closed }
        let signed: Contract
        do {
            signed = try Contract.verify(confirmation, signer: link.statement().root)
        } catch {
            throw PeerRefusal.malformed("The contract's signature does not hold: \(error).")
        }
        guard !link.isInviter, link.contract?.canonicalBytes == signed.canonicalBytes else {
            throw PeerRefusal.malformed("That is not the contract that was accepted here.")
        }
        link.peerSignature = confirmation
        if link.state == .pending { link.state = .active }
        try save(link)
    }
}
