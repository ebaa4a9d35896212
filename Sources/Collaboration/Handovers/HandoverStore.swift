// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    package var handovers: HandoverStore { HandoverStore(desk: self) }
}

package struct HandoverStore {
    package let desk: Desk
    package var tx: Transaction { desk.tx }

    private static let columns: SQL = """
        id, case_id, direction, link, state, ask_form, ask_text, accept_by, answer_by, offered_at, accepted_at, \
        settled_at, answer, reason, revision, parent, shares_contact, trail, hops_left, route, \
        offer_event, trace
        """

    package func find(_ id: ID<Handover>) throws -> Handover? {
        try tx.first("SELECT \(Self.columns) FROM handovers WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
    }

    /// All handovers of a case, oldest first.
    package func list(of item: ID<Case>) throws -> [Handover] { try list(where: "case_id = \(item)") }

    func ask(of item: ID<Case>) throws -> Later<Handover> { try ask(where: "case_id = \(item)") }

    package func list(where condition: SQL) throws -> [Handover] { try ask(where: condition).rows }

    private func ask(where condition: SQL) throws -> Later<Handover> {
        try tx.later(
            """
            SELECT \(Self.columns) FROM handovers WHERE enterprise = \(desk.scope) AND \(condition)
            ORDER BY offered_at, id
            """, Self.read)
    }

    /// Offers whose time to accept has passed, in this enterprise.
    func overdue(limit: Int = 100) throws -> [ID<Handover>] {
        try tx.all(
            """
            SELECT id FROM handovers
            WHERE enterprise = \(desk.scope) AND state = 'offered' AND direction = 'outgoing' AND accept_by < \(desk.now)
            ORDER BY accept_by LIMIT \(limit)
            """
        ) { try $0.next() }
    }

    package func add(_ handover: Handover) throws {
        try tx.run(
            """
            INSERT INTO handovers (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(handover.id), \(handover.caseID), \(handover.direction), \(handover.link),
                \(handover.state), \(handover.ask.form), \(handover.ask.text), \(handover.acceptBy),
                \(handover.answerBy), \(handover.offeredAt), \(handover.acceptedAt), \(handover.settledAt),
                \(handover.answer.map(Stored.init)), \(handover.reason), \(handover.revision), \(handover.parent),
                \(handover.sharesContact), \(Stored(handover.trail)), \(handover.hopsLeft), \(Stored(handover.route)),
                \(handover.offerEvent), \(handover.trace?.traceparent))
            """)
    }

    package func save(_ handover: Handover) throws {
        try tx.run(
            """
            UPDATE handovers SET state = \(handover.state), accepted_at = \(handover.acceptedAt),
                settled_at = \(handover.settledAt), answer = \(handover.answer.map(Stored.init)),
                reason = \(handover.reason), revision = \(handover.revision),
                shares_contact = \(handover.sharesContact), trail = \(Stored(handover.trail))
            WHERE enterprise = \(desk.scope) AND id = \(handover.id)
            """)
    }

    private static func read(_ row: inout Row) throws -> Handover {
        let (id, caseID, direction, link): (ID<Handover>, ID<Case>, Handover.Direction, ID<Link>) =
            try (row.next(), row.next(), row.next(), row.next())
        let (state, form, text): (Handover.State, Ask.Form, String) = try (row.next(), row.next(), row.next())
        let (acceptBy, answerBy, offeredAt): (Timestamp?, Timestamp?, Timestamp) =
            try (row.next(), row.next(), row.next())
        let (acceptedAt, settledAt, answer): (Timestamp?, Timestamp?, Stored<Answer>?) =
            try (row.next(), row.next(), row.next())
        let (reason, revision, parent, sharesContact): (String, Int, ID<Handover>?, Bool) =
            try (row.next(), row.next(), row.next(), row.next())
        let (trail, hops, route): (Stored<[JourneyStep]>, Int, Stored<[String]>) =
            try (row.next(), row.next(), row.next())
        let (offerEvent, trace): (UUID?, String?) = try (row.next(), row.next())
        return Handover(
            id: id, caseID: caseID, direction: direction, link: link, state: state, ask: Ask(form: form, text: text),
            acceptBy: acceptBy, answerBy: answerBy, offeredAt: offeredAt, acceptedAt: acceptedAt,
            settledAt: settledAt, answer: answer?.value, reason: reason, revision: revision, parent: parent,
            sharesContact: sharesContact, trail: trail.value, hopsLeft: hops, route: route.value,
            offerEvent: offerEvent, trace: trace.flatMap(TraceContext.init))
    }
}
