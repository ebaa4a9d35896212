// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// A handover has got into a state. Its words are the handover's own, which is the event's object.
package protocol HandoverEvent: CaseEvent {
    /// The company at its other end, as it was called then.
    var company: String { get }
    var direction: Handover.Direction { get }
    func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase
}

extension HandoverEvent {
    /// What we say of it goes to the other company.
    package var deed: Deed {
        switch Self.type {
        case HandoverOffered.type, HandoverWithdrawn.type: direction == .outgoing ? .sent : .changed
        case HandoverRefused.type, HandoverExpired.type: .changed
        default: direction == .incoming ? .sent : .changed
        }
    }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        guard let (handover, name) = scene.handover(of: event) else { return "\(event.actorName) · handover with \(company)" }
        return told(event, of: handover, with: name ?? company, scene)
    }
}

package struct HandoverOffered: HandoverEvent {
    package static let type = "handover.offered"
    package static let word: OwnersWord? = .said
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        let what: Phrase =
            direction == .incoming
            ? "\(company) asks: “\(handover.ask.text)”" : "\(event.actorName) handed it to \(company): “\(handover.ask.text)”"
        return handover.answerBy.map { "\(what) · answer by \(scene.moments.clock($0))" } ?? what
    }
}

package struct HandoverAccepted: HandoverEvent {
    package static let type = "handover.accepted"
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        handover.sharesContact && direction == .outgoing
            ? "\(event.actorName) accepted · their name and contact data are now shared" : "\(event.actorName) accepted"
    }
}

package struct HandoverDeclined: HandoverEvent {
    package static let type = "handover.declined"
    package static let word: OwnersWord? = .answer
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        "\(event.actorName) declined: “\(handover.reason)”"
    }
}

package struct HandoverWithdrawn: HandoverEvent {
    package static let type = "handover.withdrawn"
    package static let word: OwnersWord? = .said
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        handover.reason.isEmpty
            ? "\(event.actorName) withdrew the ask" : "\(event.actorName) withdrew the ask: “\(handover.reason)”"
    }
}

package struct HandoverExpired: HandoverEvent {
    package static let type = "handover.expired"
    package static let word: OwnersWord? = .answer
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        direction == .outgoing
            ? "Time ran out for \(company); it is back with you" : "Time ran out for you; it is back with \(company)"
    }
}

package struct HandoverAnswered: HandoverEvent {
    package static let type = "handover.answered"
    package static let word: OwnersWord? = .answer
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        "\(event.actorName) answered"
    }
}

package struct HandoverCompleted: HandoverEvent {
    package static let type = "handover.completed"
    package static let word: OwnersWord? = .answer
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        "\(event.actorName) completed it"
    }
}

package struct HandoverReturned: HandoverEvent {
    package static let type = "handover.returned"
    package static let word: OwnersWord? = .answer
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        "\(event.actorName) returned it: “\(handover.reason)”"
    }
}

package struct HandoverRefused: HandoverEvent {
    package static let type = "handover.refused"
    package let company: String
    package let direction: Handover.Direction

    package func told(_ event: Event, of handover: Handover, with company: String, _ scene: EventScene) -> Phrase {
        "\(company)’s system did not take it: “\(handover.reason)”. It is with you."
    }
}

/// How far a company that we asked is with those beyond it.
package struct HandoverProgress: CaseEvent {
    package static let type = "handover.progress"
    package static let isShown = false
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) told how far it is" }
}

extension Handover {
    /// Its getting into the state that it is in.
    func event(with company: String) -> any HandoverEvent {
        switch state {
        case .offered: HandoverOffered(company: company, direction: direction)
        case .accepted: HandoverAccepted(company: company, direction: direction)
        case .declined: HandoverDeclined(company: company, direction: direction)
        case .withdrawn: HandoverWithdrawn(company: company, direction: direction)
        case .expired: HandoverExpired(company: company, direction: direction)
        case .answered: HandoverAnswered(company: company, direction: direction)
        case .completed: HandoverCompleted(company: company, direction: direction)
        case .returned: HandoverReturned(company: company, direction: direction)
        case .refused: HandoverRefused(company: company, direction: direction)
        }
    }
}

/// The handovers of the case whose history is told, each with what the company at its other end is called now.
private enum ToldHandovers: ServiceKey { static let defaultValue: [ID<Handover>: (Handover, String?)] = [:] }

extension EventScene {
    mutating func tell(of handovers: [Handover], over links: [ID<Link>: Link]) {
        material[ToldHandovers.self] = Dictionary(
            handovers.map { ($0.id, ($0, links[$0.link]?.name)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The handover that an event is about, and what the company at its other end is called now.
    func handover(of event: Event) -> (handover: Handover, company: String?)? {
        event.object.flatMap { material[ToldHandovers.self][ID($0)] }
    }
}
