// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Web

/// The customer, or the company whose customer it is, asks to erase what is held about them. The object of this and of
/// what follows is the erasure.
package struct ErasureAsked: CaseEvent {
    package static let type = "erasure.asked"
    package static let word: OwnersWord? = .said
    package static let bringsContent = false
    /// Whose customer it is; `nil` for one's own.
    package let company: String?

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        company.map { "\($0) asks to erase what you hold of its customer" } ?? "\(event.actorName) asked to be forgotten"
    }
}

package struct ErasureDone: CaseEvent {
    package static let type = "erasure.done"
    package static let bringsContent = false
    package let cause: Erasure.Cause
    /// Ten thousand cases may come to their end at once.
    package var concernsWatchers: Bool { cause != .retention }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        cause == .retention
            ? "Erased: the contract’s retention is over" : "\(event.actorName) erased what was personal here"
    }
}

package struct ErasureRefused: CaseEvent {
    package static let type = "erasure.refused"
    package static let bringsContent = false
    package let ground: Erasure.Ground

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) refused to erase it" }
}

/// A company that was told has erased it, or has refused to.
package struct ErasureDoneThere: CaseEvent {
    package static let type = "erasure.doneThere"
    package static let word: OwnersWord? = .answer
    package static let bringsContent = false
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) erased it too" }
}

package struct ErasureRefusedThere: CaseEvent {
    package static let type = "erasure.refusedThere"
    package static let word: OwnersWord? = .answer
    package static let bringsContent = false
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) refused to erase it" }
}
