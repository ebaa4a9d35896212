// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Logging
import Office
import Storage

/// Takes events from a linked enterprise: each takes effect once and in its order, in the transaction that stores it.
struct Inbox {
    private let scope: ID<Enterprise>
    private let tx: Transaction
    private let handlers: InboundHandlers
    private let now: Timestamp
    private let logger: Logger

    init(_ scope: ID<Enterprise>, _ handlers: InboundHandlers, _ tx: Transaction, now: Timestamp, logger: Logger) {
        self.scope = scope
        self.handlers = handlers
        self.tx = tx
        self.now = now
        self.logger = logger
    }

    /// One receipt per event, in the batch's order.
    func receive(_ batch: [Batch.Item], from link: Link) throws -> [Receipt] {
        let envelopes = batch.compactMap { item -> Envelope? in
            if case .success(let envelope) = item.envelope { envelope } else { nil }
        }
        var conversations: [UUID: Progress] = [:]
        // Rows are locked in one order, so that two batches cannot wait for each other.
        for id in Set(envelopes.map(\.conversation)).sorted() { conversations[id] = try take(ID(id), of: link.id) }
        // Only under the locks: another copy of the batch may have been under way.
        var stored = try storedEvents(envelopes.map(\.id), of: link.id)
        var receipts: [Receipt] = []
        var link = link
        for item in batch {
            switch item.envelope {
            case .failure(let error):
                receipts.append(
                    Receipt(id: item.id ?? "", status: .rejected, outcome: .rejected(error.code), detail: "\(error)"))
            case .success(let envelope):
                var progress = conversations[envelope.conversation] ?? Progress()
                receipts.append(try take(envelope, item, from: link, &progress, &stored))
                conversations[envelope.conversation] = progress
                // What was said about the link counts for the next event.
                if envelope.conversation == link.id.uuid { link = try LinkStore(scope, tx).find(link.id) ?? link }
            }
        }
        for (id, progress) in conversations where progress.hasMoved { try save(progress, ID(id), of: link.id) }
        return receipts
    }

    /// How far a conversation has come.
    private struct Progress {
        var last: Int64 = 0
        var hash = RunningHash()
        var hasMoved = false
    }

    private func take(
        _ envelope: Envelope, _ item: Batch.Item, from link: Link, _ progress: inout Progress,
        _ stored: inout [UUID: InboxOrder.Stored]
    ) throws -> Receipt {
        let hash = item.hash
        func receipt(_ status: Receipt.Status, _ outcome: Receipt.Outcome, _ detail: String? = nil) -> Receipt {
            Receipt(id: item.id ?? envelope.id.wire, status: status, outcome: outcome, detail: detail)
        }
        guard envelope.link == link.id.uuid else {
            return receipt(.rejected, .rejected(.malformed), "the event is for another link than its signature")
        }
        guard try link.isKnown(as: envelope.source) else {
            return receipt(.rejected, .rejected(.malformed), "the event's source is not the company at this link")
        }
        switch InboxOrder.decide(
            convseq: envelope.convseq, hash: hash, lastApplied: progress.last, stored: stored[envelope.id])
        {
        case .duplicate(let outcome):
            return receipt(.duplicate, outcome)
        case .gap(let expected):
            var gap = receipt(.rejected, .rejected(.gap))
            gap.expected = expected
            return gap
        case .idReuse:
            logger.error(
                "A linked company used an id or a place twice with different content",
                metadata: ["link": "\(link.id)", "event": "\(envelope.id.wire)"])
            return receipt(.rejected, .rejected(.idReuse), "this id or place was used for other content")
        case .apply:
            let (outcome, detail) = try apply(envelope, item.fault, from: link)
            stored[envelope.id] = InboxOrder.Stored(hash: hash, convseq: envelope.convseq, outcome: outcome)
            progress = Progress(
                last: envelope.convseq, hash: progress.hash.adding(eventHash: hash), hasMoved: true)
            try store(envelope, hash, outcome, of: link.id)
            return receipt(outcome == .applied ? .stored : .rejected, outcome, detail)
        }
    }

    /// The effect, or why there is none; what a rejected event did is undone.
    private func apply(
        _ envelope: Envelope, _ fault: WireError?, from link: Link
    ) throws -> (Receipt.Outcome, detail: String?) {
        do {
            try tx.savepoint {
                if let fault { throw Rejection(fault) }
                if let expiry = envelope.expirytime, Timestamp(milliseconds: expiry.milliseconds) <= now {
                    throw Rejection(.expired, "its time has passed")
                }
                guard let handler = handlers[envelope.type] else {
                    throw Rejection(.unsupportedType, "this node does not know \(envelope.type)")
                }
                guard link.isOpen(at: now) || handler.outlivesLink else {
                    throw Rejection(.closing, "the link is closed")
                }
                guard link.state != .closing || !EventType.beginning.contains(envelope.type) else {
                    throw Rejection(.closing, "the link closes and takes nothing new")
                }
                try handler.apply(envelope, link, tx, now)
            }
            return (.applied, nil)
        } catch let rejection as Rejection {
            return (.rejected(rejection.code), rejection.detail)
        } catch let error as StorageError where error.isPassing {
            throw error
        } catch {
            // A mistake of ours must not block the conversation for ever: the sender is told, and we read the log.
            logger.error(
                "An event from a linked company could not be applied",
                metadata: ["type": "\(envelope.type)", "event": "\(envelope.id.wire)", "error": "\(error)"])
            return (.rejected(.failed), "the event could not be applied here")
        }
    }

    private func storedEvents(_ ids: [UUID], of link: ID<Link>) throws -> [UUID: InboxOrder.Stored] {
        guard !ids.isEmpty else { return [:] }
        let rows: [(UUID, InboxOrder.Stored)] = try tx.all(
            """
            SELECT id, hash, convseq, outcome FROM inbox
            WHERE enterprise = \(scope) AND link = \(link) AND id IN (\(SQL.list(ids)))
            """
        ) { row in
            let (id, hash, convseq): (UUID, [UInt8], Int64) = (try row.next(), try row.next(), try row.next())
            let outcome: String = try row.next()
            return (
                id,
                InboxOrder.Stored(
                    hash: hash, convseq: convseq,
                    outcome: outcome.isEmpty ? .applied : .rejected(RejectionCode(rawValue: outcome)))
            )
        }
        return Dictionary(rows, uniquingKeysWith: { $1 })
    }

    private func take(_ conversation: ID<Conversation>, of link: ID<Link>) throws -> Progress {
        try tx.run(
            """
            INSERT INTO incoming_conversations (enterprise, link, id, hash_in)
            VALUES (\(scope), \(link), \(conversation), \(RunningHash().bytes))
            ON CONFLICT (enterprise, link, id) DO NOTHING
            """)
        let row: (Int64, [UInt8])? = try tx.first(
            """
            SELECT last_in, hash_in FROM incoming_conversations
            WHERE enterprise = \(scope) AND link = \(link) AND id = \(conversation) \(.forUpdate)
            """
        ) { (try $0.next(), try $0.next()) }
        return row.map { Progress(last: $0.0, hash: RunningHash(bytes: $0.1)) } ?? Progress()
    }

    private func save(_ progress: Progress, _ conversation: ID<Conversation>, of link: ID<Link>) throws {
        try tx.run(
            """
            UPDATE incoming_conversations SET last_in = \(progress.last), hash_in = \(progress.hash.bytes)
            WHERE enterprise = \(scope) AND link = \(link) AND id = \(conversation)
            """)
    }

    /// An outcome is stored as its code, and as nothing when the event was applied.
    private func store(_ envelope: Envelope, _ hash: [UInt8], _ outcome: Receipt.Outcome, of link: ID<Link>) throws {
        let code = if case .rejected(let code) = outcome { code.rawValue } else { "" }
        try tx.run(
            """
            INSERT INTO inbox (enterprise, link, id, conversation, convseq, hash, outcome, received_at)
            VALUES (\(scope), \(link), \(envelope.id), \(envelope.conversation), \(envelope.convseq), \(hash),
                \(code), \(now))
            """)
    }
}

extension StorageError {
    /// Whether trying again later may help.
    var isPassing: Bool {
        switch self {
        case .busy, .connectionLost, .closed, .full, .unusable, .engine: true
        default: false
        }
    }
}
