// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Asks to erase what is held about a customer; the answer is `ErasureAnsweredV1`.
package struct ErasureRequestedV1: EventData {
    package static let type = EventType("erasure.requested")

    package var request: UUID
    package var customer: String
    /// The handover with which it went: who never learnt the customer's name knows them by it.
    package var handover: UUID?
    package var unknown = JSONObject()

    package init(request: UUID, customer: String, handover: UUID? = nil) {
        self.request = request
        self.customer = customer
        self.handover = handover
    }

    package init(_ fields: inout Fields) throws(WireError) {
        request = try fields.uuid("request")
        customer = try fields.text("customer", max: Limits.reference)
        handover = try fields.optionalUUID("handover")
    }

    package func write(to object: inout JSONObject) {
        object["request"] = .uuid(request)
        object["customer"] = .string(customer)
        object["handover"] = handover.map { .uuid($0) }
    }
}

/// Erased, or kept on a legal ground that is named; and what became of it at those it was passed on to.
package struct ErasureAnsweredV1: EventData {
    package static let type = EventType("erasure.answered")

    package enum Result: String, Sendable, CaseIterable { case done, refused }

    package var request: UUID
    package var result: Result
    /// The legal ground of a refusal.
    package var ground: String?
    /// What is said of the refusal, in words for the customer.
    package var reason: String?
    /// Companies further on, under the names that the contracts allow.
    package var beyond: [ErasureOutcomeV1]
    package var unknown = JSONObject()

    package init(
        request: UUID, result: Result, ground: String? = nil, reason: String? = nil, beyond: [ErasureOutcomeV1] = []
    ) {
        self.request = request
        self.result = result
        self.ground = ground
        self.reason = reason
        self.beyond = beyond
    }

    package init(_ fields: inout Fields) throws(WireError) {
        request = try fields.uuid("request")
        result = try fields.choice("result")
        ground = try fields.optionalText("ground", max: Limits.name)
        reason = try fields.optionalText("reason", max: Limits.name)
        beyond = try fields.list("beyond", max: Limits.journey)
    }

    package func write(to object: inout JSONObject) {
        object["request"] = .uuid(request)
        object["result"] = .string(result.rawValue)
        object["ground"] = ground.map { .string($0) }
        object["reason"] = reason.map { .string($0) }
        object["beyond"] = beyond.isEmpty ? nil : .list(beyond)
    }
}

/// What one company further on answered.
package struct ErasureOutcomeV1: WireStruct {
    package var company: String
    package var result: ErasureAnsweredV1.Result
    package var ground: String?
    package var at: WireTime
    package var unknown = JSONObject()

    package init(company: String, result: ErasureAnsweredV1.Result, ground: String? = nil, at: WireTime) {
        self.company = company
        self.result = result
        self.ground = ground
        self.at = at
    }

    package init(_ fields: inout Fields) throws(WireError) {
        company = try fields.text("company", max: Limits.name)
        result = try fields.choice("result")
        ground = try fields.optionalText("ground", max: Limits.name)
        at = try fields.time("at")
    }

    package func write(to object: inout JSONObject) {
        object["company"] = .string(company)
        object["result"] = .string(result.rawValue)
        object["ground"] = ground.map { .string($0) }
        object["at"] = .time(at)
    }
}
