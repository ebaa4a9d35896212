// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

/// How one enterprise of this node calls one peer: its own signing key, and the peer's statement.
package struct PeerContact: Sendable {
    let destination: Destination
    let signingKey: SigningKey
    let peer: Statement
    let address: Address

    /// An answer that the peer has signed over our request.
    package struct Answer: Sendable {
        package let request: PeerRequest
        package let response: PeerResponse
    }

    /// Calls the peer and verifies that the answer is its own, to this very request.
    func call(
        _ method: String, _ url: String, body: (contentType: String, bytes: [UInt8])? = nil,
        expecting expected: PeerRequest.Expected = .document, through node: ExchangeNode
    ) async throws(PeerFailure) -> Answer {
        let now = node.now().seconds
        let request: PeerRequest
        let response: PeerResponse
        do {
            let fields = try RequestProfile.sign(
                method: method, targetURI: url, destination: address, body: body, key: signingKey, now: now,
                nonce: ExchangeNode.random(RequestProfile.nonceLength))
            request = PeerRequest(
                method: method, url: url, fields: fields, body: body?.bytes, expecting: expected)
            response = try await node.carry(request)
        } catch {
            throw .unreachable("\(error)")
        }
        do {
            try ResponseProfile.verify(
                status: response.status, fields: response.fields, body: response.body, answering: request.message,
                now: node.now().seconds, find: { peer.key($0, at: now) })
        } catch {
            throw .unsigned(status: response.status, retryAfter: response.retryAfter)
        }
        return Answer(request: request, response: response)
    }
}

/// Why a call to a peer brought no answer that counts.
enum PeerFailure: Error, Sendable, Equatable {
    case unreachable(String)
    /// Something answered, but not the peer under its signature.
    case unsigned(status: Int, retryAfter: Int?)
    /// The peer answered with a status that is not the one expected.
    case status(Int, retryAfter: Int?)

    /// For the link's page.
    var explanation: String {
        switch self {
        case .unreachable(let why): why
        case .unsigned(401, _), .status(401, _):
            "The other side did not accept our signature. Compare the clocks; if they agree, link anew."
        case .unsigned(let status, _):
            "Something answered with status \(status), but not under the other side’s signature."
        case .status(403, _): "The other side has suspended the link."
        case .status(410, _): "The other side has closed the link."
        case .status(421, _): "The other side does not serve that enterprise at this address."
        case .status(429, _), .status(503, _): "The other side is busy."
        case .status(let status, _): "The other side answered with status \(status)."
        }
    }

    var retryAfter: Int? {
        switch self {
        case .unreachable: nil
        case .unsigned(_, let seconds), .status(_, let seconds): seconds
        }
    }
}

extension ExchangeNode {
    /// Puts off what is for a peer that gave no answer that counts. If no key that we know has signed the answer, the
    /// peer may have another by now; if it did not know ours, we tell it.
    func note(_ failure: PeerFailure, of destination: Destination, jitter: Double) async throws {
        let now = now()
        let knowsNoKey = if case .unsigned(401, _) = failure { true } else { false }
        // A peer that provokes failures must not make us call somebody's address again and again.
        let mayAsk = try await database.write { tx -> Bool in
            try Destinations(tx).failed(destination, failure, at: now, jitter: jitter)
            guard case .unsigned = failure else { return false }
            return try tx.run(
                """
                UPDATE links SET told = \(knowsNoKey ? SQL("NULL") : SQL("told")), statement_asked_at = \(now)
                WHERE enterprise = \(destination.enterprise) AND id = \(destination.link)
                    AND (statement_asked_at IS NULL OR statement_asked_at <= \(now - 60))
                """) > 0
        }
        guard mayAsk else { return }
        do {
            try await refreshStatement(destination)
            if knowsNoKey { try await tellStatement(over: destination) }
        } catch {
            logger.info(
                "Statements could not be exchanged", metadata: ["link": "\(destination.link)", "error": "\(error)"])
        }
    }

    /// What is needed to call the peer of a link.
    package func contact(_ destination: Destination, _ tx: Transaction) throws -> PeerContact? {
        guard let link = try LinkStore(destination.enterprise, tx).find(destination.link) else { return nil }
        return PeerContact(
            destination: destination,
            signingKey: try IdentityStore(destination.enterprise, tx).signingKey(at: now()),
            peer: try link.statement(), address: link.address)
    }
}
