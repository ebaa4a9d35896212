// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Office
import Storage
import Web

/// A customer's case as JSON.
package struct FollowView: Codable, Sendable {
    package let number: String
    package let title: String
    package let isOpen: Bool
    package let openedAt: Timestamp
    /// By when somebody further on has promised an answer.
    package let due: Timestamp?
    /// When the link to this page stops working; `nil` while the case is open, or for ever.
    package let linkEndsAt: Timestamp?
    /// When the answer to the question was given.
    package let answeredAt: Timestamp?
    /// How the answer comes.
    package let channel: Channel?
    package let isErased: Bool
    package let steps: [Step]
    package let messages: [Line]
    /// Whether there are messages before these, which begin with the newest two hundred.
    package let hasEarlier: Bool
    /// Companies that know who the customer is.
    package let knownBy: [String]
    /// Companies that see something of the question, but not whose it is.
    package let seenInPart: [Part]
    /// What features add, by their names.
    package let sections: Sections

    package struct Step: Codable, Sendable {
        package let company: String
        /// The company that passed it on to this one.
        package let askedBy: String?
        package let since: Timestamp
        /// False while it has been asked and has not said yet whether it takes it.
        package let hasAccepted: Bool
        package let hasIt: Bool
    }

    package struct Part: Codable, Sendable {
        package let company: String
        /// As contracts name them: `question`, `attachments`.
        package let fields: [String]
    }

    package struct Line: Codable, Sendable {
        package let author: String
        package let isYours: Bool
        /// Whether it is the answer to the question.
        package let isAnswer: Bool
        /// Other companies that see it.
        package let seenBy: [String]
        package let text: String
        package let sentAt: Timestamp
        package let files: [FileView]
    }

    init(_ file: FollowFile, _ sections: Sections, _ desk: Desk, endsAt: Timestamp?) {
        self.sections = sections
        linkEndsAt = endsAt
        number = desk.enterprise.reference(file.item.number)
        title = file.item.title
        isOpen = file.item.isOpen
        openedAt = file.item.openedAt
        due = file.due
        answeredAt = file.answer?.sentAt
        channel = file.preferred?.channel
        isErased = file.isErased
        hasEarlier = file.hasEarlier
        knownBy = file.knownBy(desk)
        seenInPart = file.seenInPart
        let stops = file.journey.stops(at: desk.now)
        steps = stops.filter { !$0.cameToNothing }.map { stop in
            Step(
                company: stop.step.company, askedBy: stops.first { $0.step.id == stop.askedBy }?.step.company,
                since: stop.step.since, hasAccepted: stop.step.state != .offered, hasIt: stop.hasIt)
        }
        let answer = file.answer?.id
        messages = file.messages.map { message in
            let isYours = message.author.kind == .customer
            return Line(
                author: isYours ? message.author.name : message.author.firstName, isYours: isYours,
                isAnswer: message.id == answer, seenBy: file.seers(of: message), text: message.body,
                sentAt: message.sentAt, files: (file.files[message.id] ?? []).map { FileView($0, at: desk.now) })
        }
    }
}
