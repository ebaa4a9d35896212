// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// Writes down what a peer says about events of ours. A conversation's settled place only moves along the order in
/// which its events were sent, and back to a gap.
struct Settlement {
    private let destination: Destination
    private let handlers: InboundHandlers
    private let tx: Transaction
    private let now: Timestamp

    init(_ destination: Destination, _ handlers: InboundHandlers, _ tx: Transaction, at now: Timestamp) {
        self.destination = destination
        self.handlers = handlers
        self.tx = tx
        self.now = now
    }

    private var scope: SQL { "enterprise = \(destination.enterprise) AND link = \(destination.link)" }

    /// Returns whether anything has moved on, or is held until a person helps; if not, the same would only be sent again.
    /// - Parameter evidence: keeps our signed request and the peer's signed response as proof of what was acknowledged.
    @discardableResult
    func settle(
        _ entries: [Parcel.Entry], _ receipts: [Receipt], evidence: () throws -> ID<Receipt>?
    ) throws -> Bool {
        let byID = Dictionary(receipts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var hasMoved = false
        for (conversation, entries) in Dictionary(grouping: entries, by: \.conversation) {
            hasMoved = try settle(conversation, entries.sorted { $0.convseq < $1.convseq }, byID, evidence) || hasMoved
        }
        return hasMoved
    }

    private func settle(
        _ conversation: ID<Conversation>, _ entries: [Parcel.Entry], _ receipts: [String: Receipt],
        _ evidence: () throws -> ID<Receipt>?
    ) throws -> Bool {
        guard let first = entries.first else { return false }
        var settled = first.convseq - 1
        for entry in entries {
            guard let receipt = receipts[entry.id.wire] else { break }
            switch receipt.outcome {
            case .applied, .pending:
                settled = entry.convseq
            case .rejected(.gap):
                let isHeld = try fill(
                    gapAt: receipt.expected ?? entry.convseq, before: entry.convseq, in: conversation, &settled)
                try move(conversation, to: settled)
                return isHeld || settled >= first.convseq
            case .rejected(let code):
                try fail(conversation, entry, code, receipt.detail)
                settled = entry.convseq
            }
        }
        guard settled >= first.convseq else { return false }
        let range: SQL = "convseq >= \(first.convseq) AND convseq <= \(settled)"
        try tx.run("UPDATE outbox SET receipt = \(evidence()) WHERE \(scope) AND conversation = \(conversation) AND \(range)")
        try move(conversation, to: settled)
        try takeUp(conversation, range, after: settled)
        return true
    }

    /// What was given up while its receipt was on the way has arrived all the same.
    private func takeUp(_ conversation: ID<Conversation>, _ range: SQL, after settled: Int64) throws {
        let isHeld = try tx.first(
            "SELECT 1 FROM conversations WHERE \(scope) AND id = \(conversation) AND held_at IS NOT NULL"
        ) { _ in true }
        guard isHeld != nil else { return }
        let given: SQL = "\(scope) AND conversation = \(conversation) AND code = \(RejectionCode.undelivered)"
        try tx.run("UPDATE outbox SET code = NULL, failed_at = NULL WHERE \(given) AND \(range)")
        try tx.run(
            """
            UPDATE conversations SET held_at = NULL WHERE \(scope) AND id = \(conversation)
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE \(given) AND convseq > \(settled))
            """)
    }

    /// The peer misses earlier events: they are sent again, unless it is one of them that it refused. Then only a
    /// person can help, and the conversation is held. Returns whether it is.
    private func fill(
        gapAt expected: Int64, before convseq: Int64, in conversation: ID<Conversation>, _ settled: inout Int64
    ) throws -> Bool {
        let refused: Int64? = try tx.first(
            """
            SELECT convseq FROM outbox
            WHERE \(scope) AND conversation = \(conversation) AND convseq = \(expected) AND code IS NOT NULL
            """
        ) { try $0.next() }
        let isHeld = refused != nil || expected >= convseq
        if isHeld { try tx.run("UPDATE conversations SET held_at = \(now) WHERE \(scope) AND id = \(conversation)") }
        settled = expected - 1
        return isHeld
    }

    private func move(_ conversation: ID<Conversation>, to settled: Int64) throws {
        try tx.run(
            """
            UPDATE conversations SET settled_out = \(settled), waits_since = \(now)
            WHERE \(scope) AND id = \(conversation)
            """)
    }

    private func fail(
        _ conversation: ID<Conversation>, _ entry: Parcel.Entry, _ code: RejectionCode, _ detail: String?
    ) throws {
        try tx.run(
            """
            UPDATE outbox SET code = \(code), detail = \(detail), failed_at = \(now)
            WHERE \(scope) AND conversation = \(conversation) AND convseq = \(entry.convseq)
            """)
        let (event, links) = (try Envelope(JSONValue(parsing: entry.event)), LinkStore(destination.enterprise, tx))
        if conversation == .ofLink(destination.link) { try links.forget(proposal: event, of: destination.link) }
        if let refused = handlers[event.type]?.refused, let link = try links.find(destination.link) {
            try refused(event, Rejection(code, detail ?? ""), link, tx, now)
        }
    }
}

extension ID<Receipt> {
    /// Keeps a signed request and the signed response to it.
    package static func keep(_ answer: PeerContact.Answer, of destination: Destination, _ tx: Transaction, at now: Timestamp)
        throws -> ID<Receipt>
    {
        let id = ID<Receipt>()
        let request = answer.request.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        let response = answer.response.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        try tx.run(
            """
            INSERT INTO receipts (enterprise, id, link, at, request, response) VALUES (
                \(destination.enterprise), \(id), \(destination.link), \(now),
                \("\(answer.request.method) \(answer.request.url)\n\(request)"),
                \("\(answer.response.status)\n\(response)\n\n\(String(decoding: answer.response.body, as: UTF8.self))"))
            """)
        return id
    }
}
