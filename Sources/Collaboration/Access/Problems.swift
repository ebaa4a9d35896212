// SPDX-License-Identifier: Apache-2.0
import Web

extension Missing: Problem {
    package var status: Int { 404 }
    package var type: String { "not-found" }
    package var title: Web.Message { Refusal.notFound.title }
    package var detail: Web.Message { Refusal.notFound.detail }
}

extension CaseRefusal: Problem {
    package var status: Int {
        switch self {
        case .noSuchMove: 409
        case .unknownKind, .unknownMember, .incomplete: 422
        }
    }

    package var type: String {
        switch self {
        case .unknownKind: "unknown-kind"
        case .noSuchMove: "no-such-move"
        case .unknownMember: "unknown-member"
        case .incomplete: "incomplete"
        }
    }

    package var title: Web.Message { "That cannot be done with this case" }

    package var detail: Web.Message {
        switch self {
        case .unknownKind(let name): "There is no kind of case named \(name) here. Choose one that the page offers."
        case .noSuchMove(let from, let to):
            "A case cannot go from “\(from)” to “\(to)”. Somebody may have moved it meanwhile: reload the page."
        case .unknownMember: "This member or team is not here any more. Choose another."
        case .incomplete(_, let what): Web.Message(stringLiteral: what)
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .incomplete(let field, let what): [FieldError(field, Web.Message(stringLiteral: what))]
        case .unknownMember: [FieldError("owner", detail)]
        case .unknownKind: [FieldError("kind", detail)]
        case .noSuchMove: [FieldError("stage", detail)]
        }
    }
}

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

    package var title: Web.Message { "That cannot be done with this handover" }

    package var detail: Web.Message {
        switch self {
        case .already(let state): Web.Message(stringLiteral: state.explanation)
        case .acceptanceTooLate: "The time to accept has passed. Ask the other company to hand it over again."
        case .notYourMove: "This step is the other company’s. Write to them instead."
        case .notYetDue: "The time to accept has not passed yet. Withdraw the handover if you cannot wait."
        case .answerLacks(_, let what): Web.Message(stringLiteral: what)
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

/// Why a case cannot be handed over this way.
package enum OfferRefusal: Error, Sendable, Equatable {
    case linkNotActive(company: String)
    case kindNotInContract(company: String)
    case alreadyAsked(company: String)
    /// The case came from this company.
    case wouldGoBack(company: String)
    /// It has passed through too many companies.
    case tooFar
    case acceptByInThePast, answerByBeforeAcceptBy
    case caseClosed
    /// The case came from another company, whose ask we have not accepted, or no longer have.
    case notAccepted
}

extension OfferRefusal: Problem {
    package var status: Int { 422 }

    package var type: String {
        switch self {
        case .linkNotActive: "link-not-active"
        case .kindNotInContract: "kind-not-in-contract"
        case .alreadyAsked: "already-asked"
        case .wouldGoBack: "would-go-back"
        case .tooFar: "too-far"
        case .acceptByInThePast: "accept-by-in-the-past"
        case .answerByBeforeAcceptBy: "answer-by-before-accept-by"
        case .caseClosed: "case-closed"
        case .notAccepted: "not-accepted"
        }
    }

    package var title: Web.Message { "This cannot be handed over like that" }

    package var detail: Web.Message {
        switch self {
        case .linkNotActive(let company): "The link with \(company) is not active. Choose another company, or open the link again."
        case .kindNotInContract(let company): "The contract with \(company) does not cover this kind of case. Change the contract first."
        case .alreadyAsked(let company): "\(company) has this case already. Write to them, or withdraw that handover first."
        case .wouldGoBack(let company): "The case came from \(company). Answer or return it instead."
        case .tooFar: "The case has passed through too many companies. Answer it, or return it."
        case .acceptByInThePast: "The time to accept has passed already. Choose a later one."
        case .answerByBeforeAcceptBy: "The answer is due before the acceptance. Choose a later time."
        case .caseClosed: "The case is closed. Open it again first."
        case .notAccepted: "The case is another company’s. Accept what they ask before you hand it on."
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .linkNotActive, .kindNotInContract, .alreadyAsked, .wouldGoBack, .tooFar: [FieldError("link", detail)]
        case .acceptByInThePast: [FieldError("acceptBy", detail)]
        case .answerByBeforeAcceptBy: [FieldError("answerBy", detail)]
        case .caseClosed, .notAccepted: []
        }
    }
}

extension AudienceRefusal: Problem {
    package var status: Int { 422 }
    package var type: String { "audience-impossible" }
    package var title: Web.Message { "This message cannot go to everyone you chose" }

    package var detail: Web.Message {
        switch self {
        case .notOurCustomer: "This customer is another company’s. Write to that company instead."
        case .notInvolved: "A company you chose has nothing to do with this case. Hand the case over to it first."
        case .notShared(let company):
            "\(company) has not accepted the case, or your contract shares no messages. Wait for the acceptance, or leave them out."
        case .filesNotShared(let company): "Your contract with \(company) shares no files. Send the message without them."
        }
    }

    package var errors: [FieldError] { [FieldError("to", detail)] }
}

extension CustomerRefusal: Problem {
    package var status: Int { 409 }
    package var type: String { "not-our-customer" }
    package var title: Web.Message { "This customer is another company’s" }
    package var detail: Web.Message { "What is known of them is that company’s to change. Ask that company." }
}

extension ErasureRefusal: Problem {
    package var status: Int { 409 }

    package var type: String {
        switch self {
        case .alreadyDecided: "already-decided"
        case .notAsked: "not-asked"
        case .erased: "erased"
        }
    }

    package var title: Web.Message {
        switch self {
        case .alreadyDecided, .notAsked: "There is nothing to decide here"
        case .erased: "This customer has been erased"
        }
    }

    package var detail: Web.Message {
        switch self {
        case .alreadyDecided: "Somebody has answered this already. Reload the page to see how."
        case .notAsked: "Nobody asks for this customer to be erased. Reload the page to see what became of it."
        case .erased: "Nothing can be added to what was erased. Begin anew, with a new question."
        }
    }
}
