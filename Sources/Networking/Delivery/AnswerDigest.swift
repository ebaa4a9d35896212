// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

extension ExchangeNode {
    /// `GET {links}/{id}/digest?after={conversation}`: where each conversation stands here.
    func answerDigest(_ request: PeerRequest, _ link: ID<Link>, _ target: ExchangeTarget) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: target.slug, on: link)
        let destination = peer.destination
        let after = target.query["after"].flatMap { ID<Conversation>($0) }
        let digest = try await database.write { tx in
            try peer.enter(tx)
            return try LinkDigests(destination, tx).digest(after: after)
        }
        return try peer.signed.respond(.ok, LinkDigest.contentType, digest.json.bytes)
    }

    /// `GET {attachments}/{digest}`: the bytes, if they were shared over a link with the one who asks.
    func answerAttachment(_ request: PeerRequest, _ digest: String, _ slug: String) async throws -> PeerResponse {
        let signed = try await verify(request, for: slug)
        let attachments = attachments
        try await database.write { tx in try signed.spendNonce(tx) }
        // Not while others wait to write: it can be large.
        let found = try await database.read { tx -> (peer: Authenticated, bytes: [UInt8])? in
            for peer in signed.senders where peer.link.isOpen(at: signed.now) {
                if let bytes = try attachments.bytes(digest, grantedTo: peer.link, tx) { return (peer, bytes) }
            }
            return nil
        }
        if let found {
            try await database.write { tx in try found.peer.noteHeard(tx) }
            return try signed.respond(.ok, "application/octet-stream", found.bytes)
        }
        let isOpen = signed.senders.contains { $0.link.isOpen(at: signed.now) }
        let isClosed = signed.senders.contains { $0.link.state == .closed }
        return try signed.respond(isOpen ? .nowhere : isClosed ? .closed : .suspended)
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
        let later: SQL = if let after { "WHERE ids.id > \(after)" } else { "" }
        let rows = try tx.all(
            """
            SELECT ids.id, o.last_out, o.hash_out, i.last_in, i.hash_in FROM (
                SELECT id FROM conversations WHERE \(scope) UNION SELECT id FROM incoming_conversations WHERE \(scope)
            ) ids
            LEFT JOIN (SELECT * FROM conversations WHERE \(scope)) o ON o.id = ids.id
            LEFT JOIN (SELECT * FROM incoming_conversations WHERE \(scope)) i ON i.id = ids.id
            \(later) ORDER BY ids.id LIMIT \(LinkDigest.maxConversations + 1)
            """
        ) { row in
            let id: UUID = try row.next()
            let (sent, sentHash): (Int64?, [UInt8]?) = (try row.next(), try row.next())
            let (received, receivedHash): (Int64?, [UInt8]?) = (try row.next(), try row.next())
            return LinkDigest.Conversation(
                id: id, sent: sent ?? 0, sentHash: sentHash.map(RunningHash.init(bytes:)) ?? RunningHash(),
                received: received ?? 0, receivedHash: receivedHash.map(RunningHash.init(bytes:)) ?? RunningHash())
        }
        return LinkDigest(
            conversations: Array(rows.prefix(LinkDigest.maxConversations)),
            hasMore: rows.count > LinkDigest.maxConversations)
    }

    /// The conversations of which the peer holds other events than we sent; what is under way does not count.
    func differences(from peer: LinkDigest) throws -> [UUID] {
        try peer.conversations.filter { theirs in
            if theirs.received == 0 { return theirs.receivedHash != RunningHash().text }
            let ours: [UInt8]? = try tx.first(
                """
                SELECT hash FROM outbox
                WHERE \(scope) AND conversation = \(theirs.id) AND convseq = \(theirs.received)
                """
            ) { try $0.next() }
            return ours.map { RunningHash(bytes: $0).text } != theirs.receivedHash
        }.map(\.id)
    }
}
