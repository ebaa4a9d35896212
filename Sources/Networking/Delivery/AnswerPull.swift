// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage

/// For a peer that cannot be reached from outside, and for filling gaps.
extension ExchangeNode {
    /// `GET {outbox}?link={id}`: what waits for the peer; of a link that has ended, what outlives it. With
    /// `&conversation={id}&after={convseq}`: one conversation's events after a place, also those it had before.
    func answerPull(_ request: PeerRequest, _ target: ExchangeTarget) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: target.slug, on: target.link)
        let destination = peer.destination
        do {
            let events = try await database.write { tx -> [[UInt8]] in
                let waiting = Waiting(destination, tx)
                guard let conversation = target.query["conversation"].flatMap({ ID<Conversation>($0) }) else {
                    try peer.signed.spendNonce(tx)
                    try peer.noteFetch(tx)
                    return try waiting.next(within: .standard, except: [])?.entries.map(\.event) ?? []
                }
                try peer.enter(tx)
                try peer.requireOpen(tx)
                let after = target.query["after"].flatMap { Int64($0) } ?? 0
                let entries = try waiting.events(of: conversation, after: after, limit: Batch.maxEvents)
                let count = Batch.prefix(ofSizes: entries.map(\.event.count), within: .standard)
                return entries.prefix(count).map(\.event)
            }
            return try peer.signed.respond(.ok, Batch.contentType, Batch.encode(events))
        } catch let refusal as PeerRefusal {
            return try peer.signed.respond(refusal)
        }
    }

    /// `POST {outbox}?link={id}`: receipts for events that were pulled; they count as those of a response.
    func answerReceipts(_ request: PeerRequest, _ target: ExchangeTarget) async throws -> PeerResponse {
        let peer = try await authenticate(request, for: target.slug, on: target.link)
        let destination = peer.destination
        guard request.mediaType == Receipts.contentType else {
            return try peer.signed.respond(.wrongType(expected: Receipts.contentType))
        }
        let receipts: [Receipt]
        do {
            receipts = try Receipts(parsing: request.body ?? []).receipts
        } catch {
            return try peer.signed.respond(.malformed("The receipts cannot be read: \(error)."))
        }
        try await database.write { tx in
            try peer.signed.spendNonce(tx)
            let entries = try Waiting(destination, tx).sent(receipts.compactMap { UUID(uuidString: $0.id) })
            try Settlement(destination, self.handlers, tx, at: peer.now).settle(entries, receipts) { nil }
            try Destinations(tx).fetched(by: destination, at: peer.now, withReceipts: true)
        }
        return try peer.signed.respond(.ok, Receipts.contentType, Receipts([]).json.bytes)
    }
}

extension ExchangeTarget {
    package var link: ID<Link>? { query["link"].flatMap { ID<Link>($0) } }
}

extension Authenticated {
    /// Whoever fetches knows that the link counts.
    fileprivate func noteFetch(_ tx: Transaction) throws {
        let links = LinkStore(enterprise.id, tx)
        guard var link = try links.take(link.id) else { throw PeerRefusal.closed }
        guard link.state != .pending, link.state != .suspended else { throw PeerRefusal.suspended }
        try Destinations(tx).fetched(by: destination, at: now, withReceipts: false)
        guard link.isToConfirm else { return }
        link.isToConfirm = false
        try links.save(link)
    }

    fileprivate func requireOpen(_ tx: Transaction) throws {
        guard let link = try LinkStore(enterprise.id, tx).find(link.id), link.isOpen(at: now) else {
            throw link.state == .closed ? PeerRefusal.closed : PeerRefusal.suspended
        }
    }
}

extension Waiting {
    /// Events of these ids that are next to be settled in their conversations; others are left out.
    fileprivate func sent(_ ids: [UUID]) throws -> [Parcel.Entry] {
        let entries = try events(ids)
        var contiguous: [Parcel.Entry] = []
        for (_, entries) in Dictionary(grouping: entries, by: \.entry.conversation) {
            var next = (entries.first?.settled ?? 0) + 1
            for (entry, _) in entries.sorted(by: { $0.entry.convseq < $1.entry.convseq }) where entry.convseq == next {
                contiguous.append(entry)
                next += 1
            }
        }
        return contiguous
    }
}
