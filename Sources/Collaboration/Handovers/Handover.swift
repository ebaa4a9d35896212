// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage

/// A typed ask that returns. Both companies keep a copy; the originator's copy decides.
package struct Handover: Sendable {
    package enum Direction: String, Sendable, CaseIterable, Codable, SQLConvertible { case outgoing, incoming }

    package enum State: String, Sendable, CaseIterable, Codable, SQLConvertible {
        case offered, accepted, declined, withdrawn, expired, answered, completed, returned
        /// The other company's system did not take the offer, so that nobody there has seen it. Only the originator knows
        /// this state.
        case refused

        package var isSettled: Bool { self != .offered && self != .accepted }

        /// Ended by the originator itself; its later word changes nothing.
        var isOver: Bool { self == .withdrawn || self == .expired }
    }

    package let id: ID<Handover>
    package let caseID: ID<Case>
    package let direction: Direction
    package let link: ID<Link>
    package var state: State
    package let ask: Ask
    package let acceptBy: Timestamp?
    package let answerBy: Timestamp?
    package let offeredAt: Timestamp
    package var acceptedAt: Timestamp?
    package var settledAt: Timestamp?
    package var answer: Answer?
    /// Why it was declined, withdrawn, returned or refused.
    package var reason: String
    /// Counts the changes of state; what the other side last knew travels with its changes.
    package var revision: Int
    /// The incoming ask that this outgoing one serves.
    package let parent: ID<Handover>?
    /// Whether the customer's contact has gone, or come, with it.
    package var sharesContact: Bool
    /// The way the matter came (incoming), and the way it went on beyond the other company (outgoing).
    package var trail: [JourneyStep]
    package let hopsLeft: Int
    /// One token a node that it passed, opaque to all but that node.
    package let route: [String]
    /// The event by which an incoming one was offered; what we say of it answers that.
    let offerEvent: UUID?
    let trace: TraceContext?

    package init(
        id: ID<Handover> = ID(), caseID: ID<Case>, direction: Direction, link: ID<Link>, state: State = .offered,
        ask: Ask, acceptBy: Timestamp? = nil, answerBy: Timestamp? = nil, offeredAt: Timestamp,
        acceptedAt: Timestamp? = nil, settledAt: Timestamp? = nil, answer: Answer? = nil, reason: String = "",
        revision: Int = 1, parent: ID<Handover>? = nil, sharesContact: Bool = false, trail: [JourneyStep] = [],
        hopsLeft: Int = 8, route: [String] = [], offerEvent: UUID? = nil, trace: TraceContext? = nil
    ) {
        self.id = id
        self.caseID = caseID
        self.direction = direction
        self.link = link
        self.state = state
        self.ask = ask
        self.acceptBy = acceptBy
        self.answerBy = answerBy
        self.offeredAt = offeredAt
        self.acceptedAt = acceptedAt
        self.settledAt = settledAt
        self.answer = answer
        self.reason = reason
        self.revision = revision
        self.parent = parent
        self.sharesContact = sharesContact
        self.trail = trail
        self.hopsLeft = hopsLeft
        self.route = route
        self.offerEvent = offerEvent
        self.trace = trace
    }

    /// The deadline that runs now.
    package var due: Timestamp? {
        switch state {
        case .offered: acceptBy ?? answerBy
        case .accepted: answerBy
        default: nil
        }
    }
}

extension Missing { package static let handover = Missing("handover") }

extension Permission {
    package static let handoversWrite = Permission("handovers.write", .administrator, .sales, .service)
}
