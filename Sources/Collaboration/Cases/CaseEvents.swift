// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

package struct CaseOpened: CaseEvent {
    package static let type = "case.opened"
    package let kind: String
    package let channel: Channel

    /// A case that opens with the customer's own words needs no line to say so.
    package func isShown(as event: Event) -> Bool { event.actorKind == "member" }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) opened it" }
}

/// The object is the new owner.
package struct CaseAssigned: CaseEvent {
    package static let type = "case.assigned"
    package let from: Named?
    package let to: Named?

    /// Who takes a case on is seen in what they do.
    package func isShown(as event: Event) -> Bool { event.actor == nil || event.actor != event.object }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) gave it to \(to?.name ?? "–")" }
}

/// The object is the new team.
package struct TeamAssigned: CaseEvent {
    package static let type = "case.teamAssigned"
    package let from: Named?
    package let to: Named?

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) gave it to \(to?.name ?? "–")" }
}

package struct CaseMoved: CaseEvent {
    package static let type = "case.moved"
    /// Stages.
    package let from: String
    package let to: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) set the stage to \(scene.title(ofStage: to, of: event))"
    }
}

package struct CasePrioritised: CaseEvent {
    package static let type = "case.prioritised"
    package let from: Case.Priority
    package let to: Case.Priority

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        switch to {
        case .low: "\(event.actorName) set the priority to low"
        case .normal: "\(event.actorName) set the priority to normal"
        case .high: "\(event.actorName) set the priority to high"
        case .urgent: "\(event.actorName) set the priority to urgent"
        }
    }
}

package struct CaseTagged: CaseEvent {
    package static let type = "case.tagged"
    package let added: [String]
    package let removed: [String]

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        let (gained, lost) = (added.joined(separator: ", "), removed.joined(separator: ", "))
        return switch (added.count, removed.count) {
        case (_, 0): "\(event.actorName) added the tag \(gained)"
        case (0, _): "\(event.actorName) removed the tag \(lost)"
        default: "\(event.actorName) added the tag \(gained) and removed \(lost)"
        }
    }
}

/// What another company had kept back of a case until we accepted it has come.
package struct RestShared: CaseEvent {
    package static let type = "case.restShared"
    package static let isShown = false
    package static let bringsContent = true
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) shared the rest of it" }
}

/// A file that a company announced has come, or is asked for again.
package struct FileArrived: CaseEvent {
    package static let type = "file.arrived"
    package static let isShown = false
    package static let bringsContent = true

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "A file arrived" }
}

package struct FileAwaited: CaseEvent {
    package static let type = "file.awaited"
    package static let isShown = false

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) asked for a file again" }
}
