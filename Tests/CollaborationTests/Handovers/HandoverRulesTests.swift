// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

@testable import Collaboration

@Suite("The moves of a handover")
struct HandoverRulesTests {
    static let noon = Timestamp(milliseconds: 1_764_000_000_000)

    static func offer(_ form: Ask.Form = .text, acceptBy: Timestamp? = noon.adding(.seconds(3600))) -> Handover {
        Handover(
            caseID: ID(), direction: .outgoing, link: ID(), ask: Ask(form: form, text: "Is it certified?"),
            acceptBy: acceptBy, offeredAt: noon)
    }

    static func accepted(_ form: Ask.Form = .text) throws -> Handover {
        var handover = offer(form)
        try handover.apply(.accept, asOriginator: false, at: noon)
        return handover
    }

    @Test("an offer is accepted, then answered")
    func answered() throws {
        var handover = try Self.accepted()
        #expect(handover.state == .accepted)
        #expect(handover.revision == 2)
        try handover.apply(.answer(Answer(text: "Yes, UN 38.3.")), asOriginator: false, at: Self.noon)
        #expect(handover.state == .answered)
        #expect(handover.settledAt == Self.noon)
        #expect(handover.answer?.text == "Yes, UN 38.3.")
    }

    @Test("an answer before acceptance is refused")
    func answerTooEarly() {
        var handover = Self.offer()
        #expect(throws: HandoverRefusal.already(.offered)) {
            try handover.apply(.answer(Answer(text: "Yes")), asOriginator: false, at: Self.noon)
        }
        #expect(handover.state == .offered)
    }

    @Test("a settled handover makes no further move", arguments: [
        HandoverMove.accept, .decline(reason: "x"), .answer(Answer(text: "x")), .complete(Answer()), .giveBack(reason: "x"),
    ])
    func settled(move: HandoverMove) throws {
        var handover = try Self.accepted()
        try handover.apply(.withdraw(reason: "solved"), asOriginator: true, at: Self.noon)
        let before = handover.revision
        #expect(throws: HandoverRefusal.already(.withdrawn)) {
            try handover.apply(move, asOriginator: false, at: Self.noon)
        }
        #expect(handover.revision == before)
    }

    @Test("an acceptance after its time is refused, whatever timer has run")
    func tooLate() {
        var handover = Self.offer()
        #expect(throws: HandoverRefusal.acceptanceTooLate) {
            try handover.apply(.accept, asOriginator: false, at: Self.noon.adding(.seconds(3601)))
        }
    }

    @Test("an offer expires only after its time to accept")
    func expiry() throws {
        var handover = Self.offer()
        #expect(throws: HandoverRefusal.notYetDue) {
            try handover.apply(.expire, asOriginator: true, at: Self.noon)
        }
        try handover.apply(.expire, asOriginator: true, at: Self.noon.adding(.seconds(3601)))
        #expect(handover.state == .expired)
    }

    @Test("each side has its own moves")
    func sides() throws {
        var handover = Self.offer()
        #expect(throws: HandoverRefusal.notYourMove) {
            try handover.apply(.accept, asOriginator: true, at: Self.noon)
        }
        #expect(throws: HandoverRefusal.notYourMove) {
            try handover.apply(.withdraw(reason: ""), asOriginator: false, at: Self.noon)
        }
    }

    @Test("declining and returning need a reason")
    func reasons() throws {
        var handover = Self.offer()
        #expect(throws: HandoverRefusal.reasonMissing) {
            try handover.apply(.decline(reason: ""), asOriginator: false, at: Self.noon)
        }
        handover = try Self.accepted()
        #expect(throws: HandoverRefusal.reasonMissing) {
            try handover.apply(.giveBack(reason: ""), asOriginator: false, at: Self.noon)
        }
        try handover.apply(.giveBack(reason: "not our pack"), asOriginator: false, at: Self.noon)
        #expect(handover.state == .returned)
    }

    @Test("an answer has the form that was asked for")
    func forms() throws {
        #expect(Ask(form: .yesNo, text: "").missing(in: Answer(text: "perhaps"), documents: 0) != nil)
        #expect(Ask(form: .yesNo, text: "").missing(in: Answer(isYes: false), documents: 0) == nil)
        #expect(Ask(form: .date, text: "").missing(in: Answer(text: "soon"), documents: 0) != nil)
        #expect(Ask(form: .date, text: "").missing(in: Answer(date: "2026-12-01"), documents: 0) == nil)
        #expect(Ask(form: .document, text: "").missing(in: Answer(text: "here"), documents: 0) != nil)
        #expect(Ask(form: .document, text: "").missing(in: Answer(), documents: 1) == nil)
        #expect(Ask(form: .text, text: "").missing(in: Answer(), documents: 1) != nil)
        #expect(Ask(form: .free, text: "").missing(in: Answer(), documents: 0) != nil)
    }

    @Test("work is completed, not answered")
    func work() throws {
        var handover = try Self.accepted(.takeOver)
        #expect(throws: HandoverRefusal.wrongEnding) {
            try handover.apply(.answer(Answer(text: "done")), asOriginator: false, at: Self.noon)
        }
        try handover.apply(.complete(Answer()), asOriginator: false, at: Self.noon)
        #expect(handover.state == .completed)
    }
}
