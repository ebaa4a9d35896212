// SPDX-License-Identifier: Apache-2.0
import Web

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

    package var title: Phrase { "This cannot be handed over like that" }

    package var detail: Phrase {
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
