// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One company's part in a journey, under the name that the contracts allow.
package struct JourneyStepV1: WireStruct {
    /// Opaque and the same in every later word about this step, so that a step is updated and never doubled.
    package var id: String
    /// «Kraft Drives» or «a supplier».
    package var company: String
    /// The colour it is shown in, 1 to 12.
    package var colour: Int64?
    /// Such as `offered`, `accepted`, `answered`; unknown ones are shown as they are.
    package var stage: String
    /// When this company got it, and when it gave it away.
    package var since: WireTime
    package var until: WireTime?
    /// The form of what it was asked, such as `yesNo`, never its words; and by when.
    package var ask: String?
    package var acceptBy: WireTime?
    package var answerBy: WireTime?
    /// The fields that this company was shown, as a contract names them; so that the customer can be told.
    package var sees: [String]
    package var unknown = JSONObject()

    package init(
        id: String, company: String, colour: Int64? = nil, stage: String, since: WireTime, until: WireTime? = nil,
        ask: String? = nil,
        acceptBy: WireTime? = nil, answerBy: WireTime? = nil, sees: [String] = []
    ) {
        self.id = id
        self.company = company
        self.colour = colour
        self.stage = stage
        self.since = since
        self.until = until
        self.ask = ask
        self.acceptBy = acceptBy
        self.answerBy = answerBy
        self.sees = sees
    }

    package init(_ fields: inout Fields) throws(WireError) {
        id = try fields.text("id", max: Limits.reference)
        company = try fields.text("company", max: Limits.name)
        colour = try fields.optionalInteger("colour", in: 1...12)
        stage = try fields.text("stage", max: Limits.code)
        since = try fields.time("since")
        until = try fields.optionalTime("until")
        ask = try fields.optionalText("ask", max: Limits.code)
        acceptBy = try fields.optionalTime("acceptBy")
        answerBy = try fields.optionalTime("answerBy")
        sees = try fields.texts("sees", max: 64, eachMax: Limits.code)
    }

    package func write(to object: inout JSONObject) {
        object["id"] = .string(id)
        object["company"] = .string(company)
        object["colour"] = colour.map { .integer($0) }
        object["stage"] = .string(stage)
        object["since"] = .time(since)
        object["until"] = until.map { .time($0) }
        object["ask"] = ask.map { .string($0) }
        object["acceptBy"] = acceptBy.map { .time($0) }
        object["answerBy"] = answerBy.map { .time($0) }
        object["sees"] = sees.isEmpty ? nil : .texts(sees)
    }
}

/// Where the matter is now: steps that are new or have changed.
package struct ProgressV1: HandoverEventData {
    package static let type = EventType("progress")

    package var handover: UUID
    package var steps: [JourneyStepV1]
    package var unknown = JSONObject()

    package init(handover: UUID, steps: [JourneyStepV1]) {
        self.handover = handover
        self.steps = steps
    }

    package init(_ fields: inout Fields) throws(WireError) {
        handover = try fields.uuid("handover")
        steps = try fields.list("steps", max: Limits.journey, isRequired: true)
    }

    package func write(to object: inout JSONObject) {
        object["handover"] = .uuid(handover)
        object["steps"] = .list(steps)
    }
}
