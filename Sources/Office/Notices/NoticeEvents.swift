// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

// The subject is the member; the object of the first two is what they hear of.

/// A member wants to hear nothing of something.
package struct SubjectMuted: EventPayload {
    package static let type = "notices.muted"
    package static let subject = "member"
    /// What it is, by the name of its sort.
    package let sort: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) muted what is told of a \(sort)" }
}

/// A member wants to hear of it again.
package struct SubjectHeard: EventPayload {
    package static let type = "notices.heardAgain"
    package static let subject = "member"

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) wants to hear of something muted again" }
}

/// A member chose for what they are told.
package struct NoticesChosen: EventPayload {
    package static let type = "notices.chosen"
    package static let subject = "member"
    /// By the names of the reasons.
    package let on: [String]
    package let off: [String]

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) chose what they are told of · on: \(on.told) · off: \(off.told)"
    }
}

extension [String] {
    fileprivate var told: String { isEmpty ? "–" : joined(separator: ", ") }
}
