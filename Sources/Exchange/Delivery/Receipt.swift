// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation

/// What became of one event at its receiver: the first level of receipt.
package struct Receipt: WireStruct {
    package enum Status: String, Sendable {
        /// Stored now.
        case stored
        /// Stored before; the outcome is the original one.
        case duplicate
        /// Not to be sent again as it is.
        case rejected
    }

    package enum Outcome: Hashable, Sendable {
        /// It has taken effect, in the same transaction in which it was stored.
        case applied
        /// It will; a `receipt.applied` or `receipt.failed` follows.
        case pending
        case rejected(RejectionCode)
    }

    /// The event's `id` as it was sent.
    package var id: String
    package var status: Status
    package var outcome: Outcome
    /// For a gap: the `convseq` that should come next.
    package var expected: Int64?
    /// For people.
    package var detail: String?
    package var unknown = JSONObject()

    package init(id: String, status: Status, outcome: Outcome, expected: Int64? = nil, detail: String? = nil) {
        self.id = id
        self.status = status
        self.outcome = outcome
        self.expected = expected
        self.detail = detail
    }

    package init(_ fields: inout Fields) throws(WireError) {
        id = try fields.text("id", max: Limits.reference)
        status = try fields.choice("status")
        let code = try fields.optionalText("code", max: Limits.code).map(RejectionCode.init(rawValue:))
        switch (try fields.text("outcome", max: 16), code) {
        case ("applied", _): outcome = .applied
        case ("pending", _): outcome = .pending
        case ("rejected", let code?): outcome = .rejected(code)
        case ("rejected", nil): throw fields.error("code", .missing)
        case (let other, _): throw fields.error("outcome", .invalid("has the unknown value «\(other)»"))
        }
        expected = try fields.optionalInteger("expected", in: 1...Int64(Int32.max))
        detail = try fields.optionalText("detail", max: 1_000)
    }

    package func write(to object: inout JSONObject) {
        object["id"] = .string(id)
        object["status"] = .string(status.rawValue)
        switch outcome {
        case .applied: object["outcome"] = "applied"
        case .pending: object["outcome"] = "pending"
        case .rejected(let code):
            object["outcome"] = "rejected"
            object["code"] = .string(code.rawValue)
        }
        object["expected"] = expected.map { .integer($0) }
        object["detail"] = detail.map { .string($0) }
    }
}

/// The body of the response to a batch: one receipt per event, in the batch's order.
package struct Receipts: WireStruct {
    package static let contentType = "application/vnd.entente.receipts+json"
    /// More is no answer: a sender keeps what it was given as proof.
    package static let maxBytes = 256 * 1024

    package var receipts: [Receipt]
    package var unknown = JSONObject()

    /// A receipt for each event, with room for members that are not known yet.
    private static let limits = JSONLimits(values: 32 * Batch.maxEvents)

    package init(_ receipts: [Receipt]) { self.receipts = receipts }

    /// Reads the body of a response.
    package init(parsing body: some Collection<UInt8>) throws { try self.init(JSONValue(parsing: body, within: Self.limits)) }

    package init(_ fields: inout Fields) throws(WireError) {
        receipts = try fields.list("receipts", max: Batch.maxEvents, isRequired: true)
    }
    package func write(to object: inout JSONObject) { object["receipts"] = .list(receipts) }

    /// 202, or 409 when an event is missing before one of these.
    package var status: ExchangeStatus {
        receipts.contains { $0.outcome == .rejected(.gap) } ? .gap : .accepted
    }
}

/// The HTTP statuses of this protocol.
package enum ExchangeStatus: Int, Sendable, CaseIterable {
    case ok = 200
    case accepted = 202
    case malformed = 400
    /// Unknown or invalid signature.
    case unauthorized = 401
    case suspended = 403
    case notFound = 404
    /// An event is missing: the receipts say the expected `convseq`.
    case gap = 409
    /// The link is closed.
    case closed = 410
    case tooLarge = 413
    case unsupportedMediaType = 415
    /// Not this enterprise.
    case misdirected = 421
    case tooManyRequests = 429
    case unavailable = 503
}
