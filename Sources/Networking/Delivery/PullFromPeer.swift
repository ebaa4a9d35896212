// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// For a node that its peers cannot reach: it fetches what they would send.
extension ExchangeNode {
    /// A peer that never runs dry cannot keep us for ever; what is left waits for the next time.
    private static let mostBatches = 100

    /// Takes what waits for us at a peer, and gives it receipts. Over a link that waits for the other administrator,
    /// asks whether it counts by now.
    package func pull(_ destination: Destination) async throws {
        let found = try await database.read { tx in
            (try self.contact(destination, tx), try LinkStore(destination.enterprise, tx).find(destination.link)?.state)
        }
        guard let contact = found.0, let state = found.1 else { return }
        do {
            if state == .pending { guard try await fetchConfirmation(from: contact) else { return } }
            for _ in 0..<Self.mostBatches { guard try await pullBatch(from: contact) else { break } }
        } catch PeerFailure.status(410, _) {
            if state != .closed { try await close(destination) }
        }
    }

    /// Returns whether more may wait.
    private func pullBatch(from contact: PeerContact) async throws -> Bool {
        let url = "\(contact.peer.endpoints.outbox)?link=\(contact.destination.link)"
        let answer = try await contact.call("GET", url, through: self).expecting(.ok)
        let receipts = try await take(answer.response.body, over: contact.destination)
        if receipts.isEmpty { return false }
        let body = (Receipts.contentType, Receipts(receipts).json.bytes)
        try await contact.call("POST", url, body: body, through: self).expecting(.ok)
        return receipts.contains { $0.status == .stored }
    }

    private func take(_ body: [UInt8], over destination: Destination) async throws -> [Receipt] {
        let batch: [Batch.Item]
        do { batch = try Batch.decode(body) } catch {
            throw PeerFailure.unreachable("what it gave is no batch: \(error)")
        }
        if batch.isEmpty { return [] }
        return try await take(batch, over: destination)
    }

    private func take(_ batch: [Batch.Item], over destination: Destination) async throws -> [Receipt] {
        let (handlers, logger, now) = (handlers, logger, now())
        return try await database.write { tx in
            guard let link = try LinkStore(destination.enterprise, tx).find(destination.link),
                link.takes(batch, handlers, at: now)
            else { return [] }
            return try Inbox(destination.enterprise, handlers, tx, now: now, logger: logger).receive(batch, from: link)
        }
    }

    /// Returns whether the other administrator has confirmed.
    private func fetchConfirmation(from contact: PeerContact) async throws -> Bool {
        let destination = contact.destination
        let answer = try await contact.call(
            "GET", contact.peer.endpoints.confirmation(of: destination.link.uuid), through: self)
        if answer.response.status == ExchangeStatus.suspended.rawValue { return false }
        try answer.expecting(.ok)
        do {
            let signed = try Confirmation(JSONValue(parsing: answer.response.body)).contract
            try await database.write { tx in
                try LinkStore(destination.enterprise, tx).keep(confirmation: signed, of: destination.link)
            }
        } catch let error where !(error is StorageError) {
            throw PeerFailure.unreachable("its confirmation does not hold: \(error)")
        }
        return true
    }

    /// The peer says under its signature that the link is closed.
    package func close(_ destination: Destination) async throws {
        let now = now()
        try await database.write { tx in
            let links = LinkStore(destination.enterprise, tx)
            guard let link = try links.take(destination.link) else { return }
            try links.close(link, at: now)
        }
    }
}

extension PeerContact.Answer {
    @discardableResult
    func expecting(_ status: ExchangeStatus) throws -> Self {
        guard response.status == status.rawValue else {
            throw PeerFailure.status(response.status, retryAfter: response.retryAfter)
        }
        return self
    }
}
