// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The link ends: for 72 hours what is on its way is still delivered, then only receipts and erasure.
package struct LinkClosingV1: EventData {
    package static let type = EventType("link.closing")
    /// Seconds for which a closing link drains.
    package static let drains: Int64 = 72 * 3600

    package var until: WireTime
    package var reason: String
    package var unknown = JSONObject()

    package init(until: WireTime, reason: String) {
        self.until = until
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        until = try fields.time("until")
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["until"] = .time(until)
        object["reason"] = .string(reason)
    }
}

/// A changed contract under the proposer's signature; it counts when the other side has signed it too.
package struct ContractProposedV1: EventData {
    package static let type = EventType("contract.proposed")

    /// A JWS of the whole new contract, with the next version number.
    package var contract: String
    package var note: String
    package var unknown = JSONObject()

    package init(contract: String, note: String = "") {
        self.contract = contract
        self.note = note
    }

    package init(_ fields: inout Fields) throws(WireError) {
        contract = try fields.text("contract", max: Contract.maxSignedBytes)
        note = try fields.optionalText("note", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["contract"] = .string(contract)
        object["note"] = .string(note)
    }
}

/// The same contract under the other side's signature: it counts from now on.
package struct ContractAgreedV1: EventData {
    package static let type = EventType("contract.agreed")

    package var contract: String
    package var unknown = JSONObject()

    package init(contract: String) { self.contract = contract }
    package init(_ fields: inout Fields) throws(WireError) {
        contract = try fields.text("contract", max: Contract.maxSignedBytes)
    }
    package func write(to object: inout JSONObject) { object["contract"] = .string(contract) }
}

/// The proposed contract is not agreed to; the present one stays.
package struct ContractDeclinedV1: EventData {
    package static let type = EventType("contract.declined")

    /// The event that proposed it: two proposals that cross have one version.
    package var proposal: UUID
    package var version: Int64
    package var reason: String
    package var unknown = JSONObject()

    package init(proposal: UUID, version: Int64, reason: String) {
        self.proposal = proposal
        self.version = version
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        proposal = try fields.uuid("proposal")
        version = try fields.integer("version", in: 1...1_000_000)
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["proposal"] = .uuid(proposal)
        object["version"] = .integer(version)
        object["reason"] = .string(reason)
    }
}

/// The second level of receipt, for a receiver whose response said `pending`: the event has taken effect.
package struct ReceiptAppliedV1: EventData {
    package static let type = EventType("receipt.applied")

    package var event: UUID
    package var unknown = JSONObject()

    package init(event: UUID) { self.event = event }
    package init(_ fields: inout Fields) throws(WireError) { event = try fields.uuid("event") }
    package func write(to object: inout JSONObject) { object["event"] = .uuid(event) }
}

/// The second level of receipt: the event that was pending could not take effect.
package struct ReceiptFailedV1: EventData {
    package static let type = EventType("receipt.failed")

    package var event: UUID
    package var code: RejectionCode
    package var detail: String
    package var unknown = JSONObject()

    package init(event: UUID, code: RejectionCode, detail: String) {
        self.event = event
        self.code = code
        self.detail = detail
    }

    package init(_ fields: inout Fields) throws(WireError) {
        event = try fields.uuid("event")
        code = RejectionCode(rawValue: try fields.text("code", max: Limits.code))
        detail = try fields.optionalText("detail", max: 1_000) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["event"] = .uuid(event)
        object["code"] = .string(code.rawValue)
        object["detail"] = .string(detail)
    }
}
