// SPDX-License-Identifier: Apache-2.0
import Web

extension LinkingError: Problem {
    package var status: Int {
        switch self {
        case .notAnInvitation, .expired, .wrongCode, .refused, .otherIdentity, .nothingChanges: 422
        case .unreachable, .unreadable: 502
        case .alreadyLinked, .wrongState, .nothingProposed, .alreadyProposed, .overtaken: 409
        case .noSuchLetter: 404
        }
    }

    package var type: String {
        switch self {
        case .notAnInvitation: "not-an-invitation"
        case .expired: "invitation-expired"
        case .unreachable: "other-side-unreachable"
        case .unreadable: "other-side-unreadable"
        case .otherIdentity: "other-identity"
        case .refused: "invitation-refused"
        case .alreadyLinked: "already-linked"
        case .wrongCode: "wrong-code"
        case .wrongState: "wrong-state"
        case .nothingProposed: "nothing-proposed"
        case .alreadyProposed: "already-proposed"
        case .noSuchLetter: "no-such-dead-letter"
        case .overtaken: "overtaken"
        case .nothingChanges: "nothing-changes"
        }
    }

    package var title: Phrase { "That cannot be done with this link" }

    package var detail: Phrase {
        switch self {
        case .notAnInvitation: "This is not the address of an invitation. Paste the whole address that you were sent."
        case .expired: "This invitation has run out. Ask for a new one."
        case .unreachable(let why): "The other system does not answer as it should: \(why). Try again later."
        case .unreadable(let why):
            "What the other system says of itself has a mistake: \(why). Their administrator can mend it; then try again."
        case .otherIdentity: "What answers there is not the company that invited you. Do not go on; call them."
        case .refused: "This invitation was used, withdrawn, or has run out. Ask for a new one."
        case .alreadyLinked(let name): "You are linked with \(name) already. Close that link first."
        case .wrongCode: "The codes are not the same. Call the other company, and refuse if they still differ."
        case .wrongState: "The link has changed meanwhile. Reload the page to see how it is now."
        case .nothingProposed: "No change of the contract waits for your answer. Reload the page."
        case .alreadyProposed: "A change of the contract waits for an answer. Answer it, or wait for theirs."
        case .noSuchLetter: "This is on its way already. Reload the page to see how it is now."
        case .nothingChanges: "That is what the contract says already. Change something of it."
        case .overtaken: "This is over meanwhile; sending it again would ask for it anew. Begin again instead."
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .notAnInvitation, .expired, .unreachable, .unreadable, .otherIdentity, .refused, .alreadyLinked:
            [FieldError("url", detail)]
        case .wrongCode, .wrongState, .nothingProposed, .alreadyProposed, .noSuchLetter, .overtaken, .nothingChanges: []
        }
    }
}
