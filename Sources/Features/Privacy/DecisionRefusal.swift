// SPDX-License-Identifier: Apache-2.0
import Web

/// Why nothing can be decided about a wish to be forgotten.
package enum DecisionRefusal: Error, Sendable, Equatable {
    case alreadyDecided
    /// Nobody asks for anything to be erased here.
    case notAsked
}

extension DecisionRefusal: Problem {
    package var status: Int { 409 }

    package var type: String {
        switch self {
        case .alreadyDecided: "already-decided"
        case .notAsked: "not-asked"
        }
    }

    package var title: Phrase { "There is nothing to decide here" }

    package var detail: Phrase {
        switch self {
        case .alreadyDecided: "Somebody has answered this already. Reload the page to see how."
        case .notAsked: "Nobody asks for this customer to be erased. Reload the page to see what became of it."
        }
    }
}
