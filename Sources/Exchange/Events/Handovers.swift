// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What is asked for, which says what an answer looks like.
package enum AskForm: String, Sendable, CaseIterable {
    case yesNo, text, date, document, free
    /// Become the owner of the case.
    case takeOver
    /// Deliver or do it.
    case fulfil
}

package struct AskV1: WireStruct {
    package var form: AskForm
    package var text: String
    package var unknown = JSONObject()

    package init(form: AskForm, text: String) {
        self.form = form
        self.text = text
    }

    package init(_ fields: inout Fields) throws(WireError) {
        form = try fields.choice("form")
        text = try fields.text("text", max: Limits.text)
    }

    package func write(to object: inout JSONObject) {
        object["form"] = .string(form.rawValue)
        object["text"] = .string(text)
    }
}

/// A typed ask, offered to the receiver: no more than it needs to decide.
package struct HandoverOfferedV1: HandoverEventData {
    package static let type = EventType("handover.offered")

    package var handover: UUID
    /// The kind of case, such as `enquiry`.
    package var kind: String
    package var title: String
    package var ask: AskV1
    package var acceptBy: WireTime?
    package var answerBy: WireTime?
    /// Who the customer is as far as the contract allows: «a customer of Spoke & Co».
    package var customer: String
    /// The customer's own words.
    package var question: String?
    package var product: String?
    package var serial: String?
    /// Coarse: a town or a region.
    package var place: String?
    /// A language tag (BCP 47).
    package var language: String?
    /// JSON of the kind's own shared struct.
    package var details: JSONValue?
    package var journey: [JourneyStepV1]
    package var attachments: [AttachmentRefV1]
    package var unknown = JSONObject()

    package init(
        handover: UUID, kind: String, title: String, ask: AskV1, acceptBy: WireTime? = nil, answerBy: WireTime? = nil,
        customer: String, question: String? = nil, product: String? = nil, serial: String? = nil,
        place: String? = nil, language: String? = nil, details: JSONValue? = nil, journey: [JourneyStepV1] = [],
        attachments: [AttachmentRefV1] = []
    ) {
        self.handover = handover
        self.kind = kind
        self.title = title
        self.ask = ask
        self.acceptBy = acceptBy
        self.answerBy = answerBy
        self.customer = customer
        self.question = question
        self.product = product
        self.serial = serial
        self.place = place
        self.language = language
        self.details = details
        self.journey = journey
        self.attachments = attachments
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        kind = try fields.text("kind", max: Limits.code)
        title = try fields.text("title", max: Limits.title)
        ask = try fields.one("ask")
        acceptBy = try fields.optionalTime("acceptBy")
        answerBy = try fields.optionalTime("answerBy")
        customer = try fields.text("customer", max: Limits.name)
        question = try fields.optionalText("question", max: Limits.text)
        product = try fields.optionalText("product", max: Limits.name)
        serial = try fields.optionalText("serial", max: Limits.reference)
        place = try fields.optionalText("place", max: Limits.name)
        language = try fields.optionalText("language", max: Limits.language)
        details = try fields.json("details", maxBytes: Limits.details)
        journey = try fields.list("journey", max: Limits.journey)
        attachments = try fields.list("attachments", max: Limits.attachments)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["kind"] = .string(kind)
        object["title"] = .string(title)
        object["ask"] = ask.json
        object["acceptBy"] = acceptBy.map { .time($0) }
        object["answerBy"] = answerBy.map { .time($0) }
        object["customer"] = .string(customer)
        object["question"] = question.map { .string($0) }
        object["product"] = product.map { .string($0) }
        object["serial"] = serial.map { .string($0) }
        object["place"] = place.map { .string($0) }
        object["language"] = language.map { .string($0) }
        object["details"] = details
        object["journey"] = journey.isEmpty ? nil : .list(journey)
        object["attachments"] = attachments.isEmpty ? nil : .list(attachments)
    }
}

/// The receiver takes the ask on; what the contract shares on acceptance follows.
package struct HandoverAcceptedV1: HandoverEventData {
    package static let type = EventType("handover.accepted")

    package var handover: UUID
    /// When the receiver means to answer, if it says.
    package var answerBy: WireTime?
    /// The receiver's own number for it.
    package var reference: String?
    package var unknown = JSONObject()

    package init(handover: UUID, answerBy: WireTime? = nil, reference: String? = nil) {
        self.handover = handover
        self.answerBy = answerBy
        self.reference = reference
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        answerBy = try fields.optionalTime("answerBy")
        reference = try fields.optionalText("reference", max: Limits.reference)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["answerBy"] = answerBy.map { .time($0) }
        object["reference"] = reference.map { .string($0) }
    }
}

/// The answer to an ask: the part that its form calls for, and what is to be said with it.
package struct HandoverAnsweredV1: HandoverEventData {
    package static let type = EventType("handover.answered")

    package var handover: UUID
    package var form: AskForm
    /// For `yesNo`.
    package var yes: Bool?
    /// For `date`: a day, `2026-12-01`.
    package var date: String?
    package var text: String
    /// For `document`: at least one.
    package var attachments: [AttachmentRefV1]
    package var unknown = JSONObject()

    package init(
        handover: UUID, form: AskForm, yes: Bool? = nil, date: String? = nil, text: String,
        attachments: [AttachmentRefV1] = []
    ) {
        self.handover = handover
        self.form = form
        self.yes = yes
        self.date = date
        self.text = text
        self.attachments = attachments
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        form = try fields.choice("form")
        yes = try fields.optionalFlag("yes")
        date = try fields.optionalDate("date")
        text = try fields.optionalText("text", max: Limits.text) ?? ""
        attachments = try fields.list("attachments", max: Limits.attachments)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["form"] = .string(form.rawValue)
        object["yes"] = yes.map { .bool($0) }
        object["date"] = date.map { .string($0) }
        object["text"] = .string(text)
        object["attachments"] = attachments.isEmpty ? nil : .list(attachments)
    }
}
