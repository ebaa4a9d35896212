// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

extension ExchangeNode {
    /// `POST {links}/{id}/confirmation`: the inviting side says that the codes were the same.
    func answerConfirmation(_ request: PeerRequest, _ link: ID<Link>, _ slug: String) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: slug, on: link)
        let confirmation: Confirmation
        let signed: Contract
        do {
            confirmation = try Confirmation(JSONValue(parsing: request.body ?? []))
            signed = try Contract.verify(confirmation.contract, signer: peer.link.statement().root)
        } catch {
            return try peer.signed.respond(.malformed("The contract's signature does not hold: \(error)."))
        }
        do {
            try await database.write { tx in
                try peer.enter(tx)
                let links = LinkStore(peer.enterprise.id, tx)
                guard var link = try links.take(link), link.state != .closed else { throw PeerRefusal.closed }
                guard !link.isInviter, link.contract?.canonicalBytes == signed.canonicalBytes else {
                    throw PeerRefusal.malformed("That is not the contract that was accepted here.")
                }
                link.peerSignature = confirmation.contract
                if link.state == .pending { link.state = .active }
                try links.save(link)
            }
        } catch let refusal as PeerRefusal {
            return try peer.signed.respond(refusal)
        }
        return try peer.signed.respond(.ok, Confirmation.contentType, Array("{}".utf8))
    }
}
