// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the contract shares about the matter only once it is accepted; who the customer is goes in ``ContactSharedV1``.
package struct HandoverSharedV1: HandoverEventData {
    package static let type = EventType("handover.shared")

    package var handover: UUID
    package var title: String?
    package var question: String?
    package var product: String?
    package var serial: String?
    /// JSON of the kind's own shared struct.
    package var details: JSONValue?
    package var attachments: [AttachmentRefV1]
    package var unknown = JSONObject()

    package init(
        handover: UUID, title: String? = nil, question: String? = nil, product: String? = nil, serial: String? = nil,
        details: JSONValue? = nil, attachments: [AttachmentRefV1] = []
    ) {
        self.handover = handover
        self.title = title
        self.question = question
        self.product = product
        self.serial = serial
        self.details = details
        self.attachments = attachments
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        title = try fields.optionalText("title", max: Limits.title)
        question = try fields.optionalText("question", max: Limits.text)
        product = try fields.optionalText("product", max: Limits.name)
        serial = try fields.optionalText("serial", max: Limits.reference)
        details = try fields.json("details", maxBytes: Limits.details)
        attachments = try fields.list("attachments", max: Limits.attachments)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["title"] = title.map { .string($0) }
        object["question"] = question.map { .string($0) }
        object["product"] = product.map { .string($0) }
        object["serial"] = serial.map { .string($0) }
        object["details"] = details
        object["attachments"] = attachments.isEmpty ? nil : .list(attachments)
    }
}
