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
            let told =
                try shareRest(of: item.case, in: handover, over: link) + shareContact(of: item.case, in: &handover, over: link)
            guard !told.isEmpty else { return }
            try note(FieldsShared(company: link.name, fields: told.map(\.rawValue)), on: &item, object: handover.id.uuid)
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
        guard try find(event.handover, over: link, .outgoing).ask.form == event.form else {
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
        then: (inout Handover, inout HeldCase) throws -> Void = { _, _ in }
    ) throws {
        try change(id, over: link, .outgoing) { handover, item in
            if let seen = envelope.baserev, Int(seen) != handover.revision { throw stale(handover) }
            do throws(HandoverRefusal) {
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
            try save(handover, of: &item)
            try noteState(of: handover, link, on: &item)
        }
    }

    private func receiveEnding(
        _ given: Answer, _ files: [AttachmentRefV1], about id: UUID, _ envelope: Envelope, from link: Link,
        _ move: (Answer) -> HandoverMove
    ) throws {
        if !files.isEmpty { try link.refuse(unlessShared: [.attachments], accepted: true) }
        let message = Message(
            caseID: try find(id, over: link, .outgoing).caseID, author: .init(.company, name: link.name, link: link.id),
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
        try change(id, over: link, .incoming) { handover, item in
            guard handover.state != state, !handover.state.isOver else { return }
            handover.state = state
            handover.reason = reason
            // What we answered meanwhile comes too late: they have not taken it.
            handover.answer = nil
            handover.revision = Int(envelope.baserev ?? Int64(handover.revision)) + 1
            handover.settledAt = now
            try save(handover, of: &item)
            try noteState(of: handover, link, on: &item)
            try endForUs(&item)
        }
    }

    /// A handover over this link and in this direction. Another link's is as unknown as none.
    private func find(_ id: UUID, over link: Link, _ direction: Handover.Direction) throws -> Handover {
        guard let handover = try handovers.find(ID(id)), handover.link == link.id, handover.direction == direction
        else { throw Rejection(.unknownSubject, "there is no such handover on this link") }
        return handover
    }

    /// Changes the case of such a handover, which `body` gets as it is once the case is held.
    func change(
        _ id: UUID, over link: Link, _ direction: Handover.Direction, _ body: (inout Handover, inout HeldCase) throws -> Void
    ) throws {
        try change(find(id, over: link, direction).caseID) { item in
            var handover = try find(id, over: link, direction)
            try body(&handover, &item)
        }
    }

    private func stale(_ handover: Handover) -> Rejection {
        Rejection(.stale, "the handover is \(handover.state.rawValue) at revision \(handover.revision)")
    }
}

extension String {
    /// A peer that gives no reason still needs one here.
    fileprivate var nonEmpty: String { isEmpty ? "–" : self }
}
