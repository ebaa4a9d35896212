// SPDX-License-Identifier: Apache-2.0
import Networking
import Storage

/// A handover as API clients see it.
package struct HandoverView: Codable, Sendable {
    package let id: ID<Handover>
    package let direction: Handover.Direction
    package let link: ID<Link>
    /// The other company; absent in the answer to a move.
    package let company: String?
    package let state: Handover.State
    package let form: String
    package let text: String
    package let acceptBy: Timestamp?
    package let answerBy: Timestamp?
    package let offeredAt: Timestamp
    package let acceptedAt: Timestamp?
    package let settledAt: Timestamp?
    package let answer: Answer?
    /// What came, or went, with the answer.
    package let files: [FileView]
    /// Why it was declined, withdrawn or returned; or why the other company's system did not take it.
    package let reason: String?
    /// The incoming ask that this outgoing one serves.
    package let parent: ID<Handover>?

    init(_ handover: Handover, company: String? = nil, files: [FileView] = []) {
        id = handover.id
        direction = handover.direction
        link = handover.link
        self.company = company
        state = handover.state
        form = handover.ask.form.rawValue
        text = handover.ask.text
        acceptBy = handover.acceptBy
        answerBy = handover.answerBy
        offeredAt = handover.offeredAt
        acceptedAt = handover.acceptedAt
        settledAt = handover.settledAt
        answer = handover.answer
        self.files = files
        parent = handover.parent
        reason = handover.reason.isEmpty ? nil : handover.reason
    }
}
