// SPDX-License-Identifier: Apache-2.0
import Storage

/// A handover as API clients see it.
package struct HandoverView: Codable, Sendable {
    package let id: ID<Handover>
    package let direction: Handover.Direction
    package let link: ID<Link>
    package let state: Handover.State
    package let form: String
    package let text: String
    package let acceptBy: Timestamp?
    package let answerBy: Timestamp?
    package let offeredAt: Timestamp
    package let acceptedAt: Timestamp?
    package let settledAt: Timestamp?
    package let answer: Answer?
    package let reason: String?

    init(_ handover: Handover) {
        id = handover.id
        direction = handover.direction
        link = handover.link
        state = handover.state
        form = handover.ask.form.rawValue
        text = handover.ask.text
        acceptBy = handover.acceptBy
        answerBy = handover.answerBy
        offeredAt = handover.offeredAt
        acceptedAt = handover.acceptedAt
        settledAt = handover.settledAt
        answer = handover.answer
        reason = handover.reason.isEmpty ? nil : handover.reason
    }
}
