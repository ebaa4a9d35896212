// SPDX-License-Identifier: Apache-2.0
import Storage

/// The moves of a handover. Each side has its own: the company that asked may withdraw and its clock may run out;
/// the company that was asked accepts, declines, answers, completes or returns.
package enum HandoverMove: Sendable, Equatable {
    case accept
    case decline(reason: String)
    case withdraw(reason: String)
    case expire
    case answer(Answer)
    case complete(Answer)
    case giveBack(reason: String)
    /// The other company's system has refused the offer.
    case noteRefusal(reason: String)
    /// What was refused is sent once more.
    case offerAgain

    var isOriginators: Bool {
        switch self {
        case .withdraw, .expire, .noteRefusal, .offerAgain: true
        case .accept, .decline, .answer, .complete, .giveBack: false
        }
    }

    /// Whether the other company hears nothing of it, as it never took the offer, and so counts no revision for it.
    var isUnheard: Bool {
        switch self {
        case .noteRefusal, .offerAgain: true
        case .accept, .decline, .withdraw, .expire, .answer, .complete, .giveBack: false
        }
    }

    var target: Handover.State {
        switch self {
        case .accept: .accepted
        case .decline: .declined
        case .withdraw: .withdrawn
        case .expire: .expired
        case .answer: .answered
        case .complete: .completed
        case .giveBack: .returned
        case .noteRefusal: .refused
        case .offerAgain: .offered
        }
    }
}

package enum HandoverRefusal: Error, Sendable, Equatable {
    /// It is in another state by now, so the move makes no sense any more.
    case already(Handover.State)
    case acceptanceTooLate
    /// The move is the other company's.
    case notYourMove
    case notYetDue
    /// The form's field that is missing, and what to do about it.
    case answerLacks(String, String)
    case reasonMissing
    /// The ask is for work, which is completed; or for an answer, which is given.
    case wrongEnding
}

extension Handover {
    /// Makes a move as the originator or as the company that was asked; throws why not and changes nothing.
    package mutating func apply(_ move: HandoverMove, asOriginator: Bool, documents: Int = 0, at now: Timestamp) throws(HandoverRefusal) {
        guard move.isOriginators == asOriginator else { throw .notYourMove }
        switch move {
        case .accept:
            guard state == .offered else { throw .already(state) }
            if let acceptBy, now > acceptBy { throw .acceptanceTooLate }
            acceptedAt = now
        case .decline(let why):
            guard state == .offered else { throw .already(state) }
            guard !why.isEmpty else { throw .reasonMissing }
            reason = why
        case .withdraw(let why):
            // A refused offer is withdrawn when nobody wants to send it again.
            guard !state.isSettled || state == .refused else { throw .already(state) }
            reason = why
        case .expire:
            guard state == .offered else { throw .already(state) }
            guard let acceptBy, now > acceptBy else { throw .notYetDue }
        case .answer(let given):
            guard state == .accepted else { throw .already(state) }
            guard !ask.form.isWork else { throw .wrongEnding }
            if let lack = ask.missing(in: given, documents: documents) { throw lack }
            answer = given
        case .complete(let given):
            guard state == .accepted else { throw .already(state) }
            guard ask.form.isWork else { throw .wrongEnding }
            answer = given
        case .giveBack(let why):
            guard state == .accepted else { throw .already(state) }
            guard !why.isEmpty else { throw .reasonMissing }
            reason = why
        case .noteRefusal(let why):
            guard state == .offered else { throw .already(state) }
            reason = why
        case .offerAgain:
            guard state == .refused else { throw .already(state) }
            reason = ""
        }
        state = move.target
        if !move.isUnheard { revision += 1 }
        settledAt = state.isSettled ? now : nil
    }
}
