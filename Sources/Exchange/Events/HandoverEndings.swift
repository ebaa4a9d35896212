// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The receiver does not take the ask on.
package struct HandoverDeclinedV1: HandoverEventData {
    package static let type = EventType("handover.declined")

    package var handover: UUID
    /// For people; shown to the one who asked.
    package var reason: String
    package var unknown = JSONObject()

    package init(handover: UUID, reason: String) {
        self.handover = handover
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["reason"] = .string(reason)
    }
}

/// The one who asked takes the ask back.
package struct HandoverWithdrawnV1: HandoverEventData {
    package static let type = EventType("handover.withdrawn")

    package var handover: UUID
    /// For people; may be empty.
    package var reason: String
    package var unknown = JSONObject()

    package init(handover: UUID, reason: String) {
        self.handover = handover
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["reason"] = .string(reason)
    }
}

/// The receiver accepted, and gives the ask back without an answer.
package struct HandoverReturnedV1: HandoverEventData {
    package static let type = EventType("handover.returned")

    package var handover: UUID
    /// For people; shown to the one who asked.
    package var reason: String
    package var unknown = JSONObject()

    package init(handover: UUID, reason: String) {
        self.handover = handover
        self.reason = reason
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        reason = try fields.optionalText("reason", max: Limits.text) ?? ""
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["reason"] = .string(reason)
    }
}

/// A handover's clock ran out; the sender of this event is the side that closed it.
package struct HandoverExpiredV1: HandoverEventData {
    package static let type = EventType("handover.expired")

    package enum Clock: String, Sendable { case accept, answer }

    package var handover: UUID
    package var clock: Clock
    package var at: WireTime
    package var unknown = JSONObject()

    package init(handover: UUID, clock: Clock, at: WireTime) {
        self.handover = handover
        self.clock = clock
        self.at = at
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        clock = try fields.choice("clock")
        at = try fields.time("at")
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["clock"] = .string(clock.rawValue)
        object["at"] = .time(at)
    }
}

/// What was to be taken over or fulfilled is done.
package struct HandoverCompletedV1: HandoverEventData {
    package static let type = EventType("handover.completed")

    package var handover: UUID
    package var text: String
    package var attachments: [AttachmentRefV1]
    package var unknown = JSONObject()

    package init(handover: UUID, text: String, attachments: [AttachmentRefV1] = []) {
        self.handover = handover
        self.text = text
        self.attachments = attachments
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        text = try fields.optionalText("text", max: Limits.text) ?? ""
        attachments = try fields.list("attachments", max: Limits.attachments)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["text"] = .string(text)
        object["attachments"] = attachments.isEmpty ? nil : .list(attachments)
    }
}
