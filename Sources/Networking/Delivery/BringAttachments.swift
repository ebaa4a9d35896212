// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

/// Files of a node that its peers cannot reach: it asks which they wait for, and brings them.
extension ExchangeNode {
    static let bytesType = "application/octet-stream"

    /// Brings a peer what it waits for, as far as it may have it and we still have it. Returns whether nothing was left
    /// to bring.
    func bringAttachments(_ destination: Destination) async throws -> Bool {
        let attachments = attachments
        let found = try await database.read { tx -> (PeerContact, Link)? in
            guard try attachments.hasGranted(destination.link, of: destination.enterprise, tx),
                let link = try LinkStore(destination.enterprise, tx).find(destination.link),
                link.isOpen(at: self.now()),
                let contact = try self.contact(destination, tx)
            else { return nil }
            return (contact, link)
        }
        guard let (contact, link) = found else { return true }
        let base = contact.peer.endpoints.attachments
        let answer = try await contact.call("GET", "\(base)?link=\(link.id)", through: self).expecting(.ok)
        let wanted: [String]
        do { wanted = try WantedAttachments(JSONValue(parsing: answer.response.body)).wanted } catch {
            throw PeerFailure.unreachable("what it says it waits for is no list: \(error)")
        }
        var brought = 0
        for digest in wanted {
            let bytes = try await database.read { tx in try attachments.bytes(digest, grantedTo: link, tx) }
            guard let bytes else { continue }
            let taken = try await contact.call(
                "POST", "\(base)/\(digest)?link=\(link.id)", body: (Self.bytesType, bytes), expecting: .attachment,
                through: self)
            if taken.response.status == ExchangeStatus.ok.rawValue { brought += 1 }
        }
        return brought == 0
    }

    /// `GET {attachments}?link={id}`: what was announced over the link and has not come.
    func answerWanted(_ request: PeerRequest, _ target: ExchangeTarget) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: target.slug, on: target.link)
        let attachments = attachments
        let wanted = try await database.write { tx -> [String]? in
            try peer.signed.spendNonce(tx)
            return peer.link.isOpen(at: peer.now) ? try attachments.wanted(from: peer.link, tx) : nil
        }
        guard let wanted else { return try peer.signed.respond(peer.link.state == .closed ? .closed : .suspended) }
        return try peer.signed.respond(.ok, WantedAttachments.contentType, WantedAttachments(wanted).json.bytes)
    }

    /// `POST {attachments}/{digest}?link={id}`: the bytes of one of them.
    func takeAttachment(_ request: PeerRequest, _ digest: String, _ target: ExchangeTarget) async throws -> PeerResponse
    {
        let bytes = request.body ?? []
        guard bytes.count <= Int(Limits.attachment) else { throw PeerRefusal.tooLarge }
        let peer = try await authenticate(request, for: target.slug, on: target.link)
        guard request.mediaType == Self.bytesType else {
            return try peer.signed.respond(.wrongType(expected: Self.bytesType))
        }
        guard Array(SHA256.hash(data: bytes)).hex == digest else {
            return try peer.signed.respond(.malformed("These are not the bytes of that digest."))
        }
        let attachments = attachments
        let isKept = try await database.write { tx -> Bool in
            try peer.signed.spendNonce(tx)
            return try peer.link.isOpen(at: peer.now) && attachments.keep(bytes, digest, from: peer.link, tx)
        }
        return isKept
            ? try peer.signed.respond(.ok, WantedAttachments.contentType, WantedAttachments([]).json.bytes)
            : try peer.signed.respond(.nowhere)
    }
}
