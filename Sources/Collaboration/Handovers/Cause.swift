// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage
import Web

/// What brought an event about: another event, and the trace that both belong to.
///
/// Neither ever crosses to another link. Each handover is a trace of its own, so that the companies of a chain cannot
/// tell by comparing that they are in the same one.
struct Cause: Sendable {
    let link: ID<Link>
    let event: UUID
    let trace: TraceContext?

    init(_ envelope: Envelope, over link: ID<Link>) {
        self.link = link
        event = envelope.id
        trace = envelope.traceparent.flatMap(TraceContext.init)
    }
}

private enum CauseKey: ServiceKey { static let defaultValue: Cause? = nil }

extension Services {
    var cause: Cause? {
        get { self[CauseKey.self] }
        set { self[CauseKey.self] = newValue }
    }
}

extension Desk {
    /// The event of a linked company that is being applied; what is sent back over its link names it.
    var cause: Cause? { context.cause }
}

extension Outgoing {
    /// Says what it answers: the event that is being applied, if it came over the same link; else the offer, if we are
    /// the company that was asked.
    mutating func follow(_ cause: Cause?, about handover: Handover) {
        let cause = cause?.link == handover.link ? cause : nil
        var random = SystemRandomNumberGenerator()
        causationID = cause?.event ?? handover.offerEvent
        traceparent = (cause?.trace ?? handover.trace)?.next(using: &random).traceparent
    }
}
