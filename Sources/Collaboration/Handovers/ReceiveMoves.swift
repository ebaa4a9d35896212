// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage

/// What the other company did with a handover. Events of the originator count as they are: its copy decides. Events of
/// the company that was asked must fit the state that we have, or they are refused as stale.
extension Desk {
    func receive(_ event: HandoverAcceptedV1, _ envelope: Envelope, from link: Link) throws {
        try receive(.accept, about: event.handover, envelope, from: link) { handover, item in
            try shareRest(of: item, in: handover, over: link)
            try shareContact(of: item, in: &handover, over: link)
        }
    }

    func receive(_ event: HandoverDeclinedV1, _ envelope: Envelope, from link: Link) throws {
        try receive(.decline(reason: event.reason.nonEmpty), about: event.handover, envelope, from: link)
    }

    func receive(_ event: HandoverReturnedV1, _ envelope: Envelope, from link: Link) throws {
        try receive(.giveBack(reason: event.reason.nonEmpty), about: event.handover, envelope, from: link)
    }

    func receive(_ event: HandoverAnsweredV1, _ envelope: Envelope, from link: Link) throws {
        let answer = Answer(isYes: event.yes, date: event.date, text: event.text)
        guard try take(event.handover, over: link, .outgoing).0.ask.form == event.form else {
            throw Rejection(.malformed, "the answer has another form than the ask")
        }
        try receiveEnding(answer, event.attachments, about: event.handover, envelope, from: link) { .answer($0) }
    }

    func receive(_ event: HandoverCompletedV1, _ envelope: Envelope, from link: Link) throws {
        let answer = Answer(text: event.text)
        try receiveEnding(answer, event.attachments, about: event.handover, envelope, from: link) { .complete($0) }
    }

    func receive(_ event: HandoverWithdrawnV1, _ envelope: Envelope, from link: Link) throws {
        try follow(.withdrawn, reason: event.reason, about: event.handover, envelope, from: link)
    }

    func receive(_ event: HandoverExpiredV1, _ envelope: Envelope, from link: Link) throws {
        try follow(.expired, reason: "", about: event.handover, envelope, from: link)
    }

    /// A move of the company that we asked.
    private func receive(
        _ move: HandoverMove, documents: Int = 0, about id: UUID, _ envelope: Envelope, from link: Link,
        then: (inout Handover, inout Case) throws -> Void = { _, _ in }
    ) throws {
        var (handover, item) = try take(id, over: link, .outgoing)
        if let seen = envelope.baserev, Int(seen) != handover.revision { throw stale(handover) }
        do {
            // An acceptance that was given in time counts when it arrives late, unless we have let the offer expire.
            let moment = move == .accept ? min(now, handover.acceptBy ?? now) : now
            try handover.apply(move, asOriginator: false, documents: documents, at: moment)
        } catch .answerLacks(_, let what) {
            throw Rejection(.malformed, what)
        } catch .wrongEnding {
            throw Rejection(.malformed, "work is completed, and a question is answered")
        } catch {
            throw stale(handover)
        }
        try then(&handover, &item)
        try handovers.save(handover)
        try noteState(of: handover, link, on: &item)
        try settleHolding(&item)
    }

    private func receiveEnding(
        _ given: Answer, _ files: [AttachmentRefV1], about id: UUID, _ envelope: Envelope, from link: Link,
        _ move: (Answer) -> HandoverMove
    ) throws {
        if !files.isEmpty { try link.refuse(unlessShared: [.attachments], accepted: true) }
        let message = Message(
            caseID: try take(id, over: link, .outgoing).1.id, author: .init(.company, name: link.name, link: link.id),
            body: given.text, audience: Audience(customer: false, links: [link.id]), handover: ID(id), sentAt: now)
        var answer = given
        answer.message = message.id
        try receive(move(answer), documents: files.count, about: id, envelope, from: link) { _, item in
            try keep(message, in: &item)
            try expect(files, of: message, over: link)
        }
    }

    /// The originator's word about its own handover. It counts whatever we thought meanwhile.
    private func follow(
        _ state: Handover.State, reason: String, about id: UUID, _ envelope: Envelope, from link: Link
    ) throws {
        var (handover, item) = try take(id, over: link, .incoming)
        guard handover.state != state, !handover.state.isOver else { return }
        handover.state = state
        handover.reason = reason
        // What we answered meanwhile comes too late: they have not taken it.
        handover.answer = nil
        handover.revision = Int(envelope.baserev ?? Int64(handover.revision)) + 1
        handover.settledAt = now
        try handovers.save(handover)
        try noteState(of: handover, link, on: &item)
        try endForUs(&item)
        try settleHolding(&item)
    }

    /// A handover over this link and in this direction, with its case held. Another link's is as unknown as none.
    package func take(_ id: UUID, over link: Link, _ direction: Handover.Direction) throws -> (Handover, Case) {
        func find() throws -> Handover {
            guard let handover = try handovers.find(ID(id)), handover.link == link.id, handover.direction == direction
            else { throw Rejection(.unknownSubject, "there is no such handover on this link") }
            return handover
        }
        let item = try cases.take(try find().caseID)
        return (try find(), item)
    }

    private func stale(_ handover: Handover) -> Rejection {
        Rejection(.stale, "the handover is \(handover.state.rawValue) at revision \(handover.revision)")
    }
}

extension String {
    /// A peer that gives no reason still needs one here.
    fileprivate var nonEmpty: String { isEmpty ? "–" : self }
}
