// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One way to reach a customer.
package struct ContactPointV1: WireStruct {
    /// Such as `email`, `phone`, `post`, `chat`.
    package var kind: String
    package var value: String
    package var isPreferred: Bool
    /// When or how, in the customer's words.
    package var note: String?
    package var unknown = JSONObject()

    package init(kind: String, value: String, isPreferred: Bool, note: String? = nil) {
        self.kind = kind
        self.value = value
        self.isPreferred = isPreferred
        self.note = note
    }

    package init(_ fields: inout Fields) throws(WireError) {
        kind = try fields.text("kind", max: Limits.code)
        value = try fields.text("value", max: 500)
        isPreferred = try fields.flag("preferred")
        note = try fields.optionalText("note", max: 500)
    }

    package func write(to object: inout JSONObject) {
        object["kind"] = .string(kind)
        object["value"] = .string(value)
        object["preferred"] = .bool(isPreferred)
        object["note"] = note.map { .string($0) }
    }
}

/// Who the customer is: sent after acceptance, and only what the contract shares.
package struct ContactSharedV1: HandoverEventData {
    package static let type = EventType("contact.shared")

    package var handover: UUID
    /// Names the customer on this link alone.
    package var customer: String
    package var name: String?
    package var points: [ContactPointV1]
    package var place: String?
    package var language: String?
    package var unknown = JSONObject()

    package init(
        handover: UUID, customer: String, name: String?, points: [ContactPointV1], place: String? = nil,
        language: String? = nil
    ) {
        self.handover = handover
        self.customer = customer
        self.name = name
        self.points = points
        self.place = place
        self.language = language
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        customer = try fields.text("customer", max: Limits.reference)
        name = try fields.optionalText("name", max: Limits.name)
        points = try fields.list("points", max: Limits.contactPoints, isRequired: true)
        place = try fields.optionalText("place", max: Limits.name)
        language = try fields.optionalText("language", max: Limits.language)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["customer"] = .string(customer)
        object["name"] = name.map { .string($0) }
        object["points"] = .list(points)
        object["place"] = place.map { .string($0) }
        object["language"] = language.map { .string($0) }
    }
}

/// The customer, or the sender, takes the sharing back: the receiver forgets the contact and says so to those it told.
package struct ContactRevokedV1: EventData {
    package static let type = EventType("contact.revoked")

    package var handover: UUID?
    package var customer: String
    package var reason: String
    package var unknown = JSONObject()

    package init(handover: UUID? = nil, customer: String, reason: String = "") {
        self.handover = handover
        self.customer = customer
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.optionalUUID("handover")
        customer = try fields.text("customer", max: Limits.reference)
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = handover.map { .uuid($0) }
        object["customer"] = .string(customer)
        object["reason"] = .string(reason)
    }
}
