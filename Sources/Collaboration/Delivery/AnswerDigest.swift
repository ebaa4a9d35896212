// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

extension ExchangeNode {
    /// `GET {links}/{id}/digest?after={conversation}`: where each conversation stands here.
    func answerDigest(_ request: PeerRequest, _ link: ID<Link>, _ target: ExchangeTarget) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: target.slug)
        let destination = try peer.destination(named: "\(link)")
        let after = target.query["after"].flatMap { ID<Conversation>($0) }
        let digest = try await database.write { tx in
            try peer.spendNonce(tx)
            return try LinkDigests(destination, tx).digest(after: after)
        }
        return try peer.respond(.ok, LinkDigest.contentType, digest.json.bytes)
    }

    /// `GET {attachments}/{digest}`: the bytes, if they were shared over a link with the one who asks.
    func answerAttachment(_ request: PeerRequest, _ digest: String, _ slug: String) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: slug)
        let attachments = attachments
        do {
            let bytes = try await database.write { tx -> [UInt8]? in
                try peer.spendNonce(tx)
                try peer.requireOpen(tx)
                return try attachments.bytes(digest, grantedTo: peer.link, tx)
            }
            guard let bytes else { return try peer.respond(.nowhere) }
            return try peer.respond(.ok, "application/octet-stream", bytes)
        } catch let refusal as PeerRefusal {
            return try peer.respond(refusal)
        }
    }
}

/// How far both directions of a link's conversations have come.
struct LinkDigests {
    private let destination: Destination
    private let tx: Transaction

    init(_ destination: Destination, _ tx: Transaction) {
        self.destination = destination
        self.tx = tx
    }

    private var scope: SQL { "enterprise = \(destination.enterprise) AND link = \(destination.link)" }

    func digest(after: ID<Conversation>? = nil) throws -> LinkDigest {
        let later: SQL = if let after { "AND id > \(after)" } else { "" }
        let rows = try tx.all(
            """
            SELECT id, last_out, hash_out, last_in, hash_in FROM conversations WHERE \(scope) \(later)
            ORDER BY id LIMIT \(LinkDigest.maxConversations + 1)
            """
        ) { row in
            LinkDigest.Conversation(
                id: try row.next(), sent: try row.next(), sentHash: RunningHash(bytes: try row.next()),
                received: try row.next(), receivedHash: RunningHash(bytes: try row.next()))
        }
        return LinkDigest(
            conversations: Array(rows.prefix(LinkDigest.maxConversations)),
            hasMore: rows.count > LinkDigest.maxConversations)
    }

    /// The conversations of which the peer holds other events than those that we sent; what is under way does not count.
    func differences(from peer: LinkDigest) throws -> [UUID] {
        try peer.conversations.filter { theirs in
            if theirs.received == 0 { return theirs.receivedHash != RunningHash().text }
            let ours: [UInt8]? = try tx.first(
                "SELECT hash FROM outbox WHERE \(scope) AND conversation = \(theirs.id) AND convseq = \(theirs.received)"
            ) { try $0.next() }
            return ours.map { RunningHash(bytes: $0).text } != theirs.receivedHash
        }.map(\.id)
    }
}
