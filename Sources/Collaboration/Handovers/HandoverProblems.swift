// SPDX-License-Identifier: Apache-2.0
import Web

extension HandoverRefusal: Problem {
    package var status: Int {
        switch self {
        case .already, .notYourMove, .notYetDue, .wrongEnding, .acceptanceTooLate: 409
        case .answerLacks, .reasonMissing: 422
        }
    }

    package var type: String {
        switch self {
        case .already(let state): "already-\(state.rawValue)"
        case .acceptanceTooLate: "acceptance-too-late"
        case .notYourMove: "not-your-move"
        case .notYetDue: "not-yet-due"
        case .answerLacks: "answer-incomplete"
        case .reasonMissing: "reason-missing"
        case .wrongEnding: "wrong-ending"
        }
    }

    package var title: Phrase { "That cannot be done with this handover" }

    package var detail: Phrase {
        switch self {
        case .already(let state): Phrase(stringLiteral: state.explanation)
        case .acceptanceTooLate: "The time to accept has passed. Ask the other company to hand it over again."
        case .notYourMove: "This step is the other company’s. Write to them instead."
        case .notYetDue: "The time to accept has not passed yet. Withdraw the handover if you cannot wait."
        case .answerLacks(_, let what): Phrase(stringLiteral: what)
        case .reasonMissing: "Say why, so that the other company knows what to do next."
        case .wrongEnding: "Work that was handed over is completed; a question is answered. Use the other button."
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .answerLacks(let field, _): [FieldError(field, detail)]
        case .reasonMissing: [FieldError("reason", detail)]
        default: []
        }
    }
}

extension Handover.State {
    fileprivate var explanation: String {
        switch self {
        case .offered: "It has not been accepted yet. Accept it first."
        case .accepted: "It has been accepted already. Reload the page to go on."
        case .declined: "It has been declined already. Reload the page to see why."
        case .withdrawn: "It has been withdrawn. Reload the page to see where the case is now."
        case .expired: "The time to accept has passed. It can be handed over again."
        case .answered: "It has been answered already. Reload the page to see the answer."
        case .completed: "It has been completed already. Reload the page to see the result."
        case .returned: "It has been returned already. Reload the page to see why."
        case .refused: "The other company’s system did not take it. Send it again, or hand it over anew."
        }
    }
}
