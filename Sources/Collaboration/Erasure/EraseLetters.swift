// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

extension Desk {
    /// Takes the personal data out of the events about a case that other companies have or have refused, or that wait in a
    /// conversation that is held: of each only its envelope is kept, so that its place and its proof stay.
    /// - Returns: whether some still have to be delivered; they are erased once they are.
    func eraseLetters(about item: ID<Case>) throws -> Bool {
        let letters: [Letter] = try tx.all(
            """
            SELECT o.id, o.event, o.convseq <= c.settled_out OR o.failed_at IS NOT NULL OR c.held_at IS NOT NULL
            FROM outbox o
            JOIN conversations c ON c.enterprise = o.enterprise AND c.link = o.link AND c.id = o.conversation
            WHERE o.enterprise = \(scope) AND o.type NOT IN (\(SQL.list(EventType.outliving.map(\.rawValue))))
                AND EXISTS (SELECT 1 FROM handovers h
                    WHERE h.enterprise = o.enterprise AND h.case_id = \(item) AND h.link = o.link AND h.id = o.conversation)
            """
        ) { try Letter(id: $0.next(), event: $0.next(), isThere: $0.next()) }
        for letter in letters where letter.isThere {
            var event = try Envelope(JSONValue(parsing: letter.event))
            guard !event.isErased else { continue }
            event.data = .object([:])
            try tx.run("UPDATE outbox SET event = \(event.bytes) WHERE enterprise = \(scope) AND id = \(letter.id)")
        }
        return letters.contains { !$0.isThere }
    }

    /// Erases what had still to be delivered when its case was erased, as far as it is by now.
    func eraseWaitingLetters(limit: Int = 100) throws {
        let waiting: [ID<Case>] = try tx.all(
            """
            SELECT DISTINCT case_id FROM erasure_cases WHERE enterprise = \(scope) AND letters_wait LIMIT \(limit)
            """
        ) { try $0.next() }
        for item in waiting where try !eraseLetters(about: item) {
            try tx.run(
                "UPDATE erasure_cases SET letters_wait = FALSE WHERE enterprise = \(scope) AND case_id = \(item)")
        }
    }
}

private struct Letter {
    let id: UUID
    let event: [UInt8]
    let isThere: Bool
}

extension Envelope {
    /// Whether its content was erased after it had been delivered.
    var isErased: Bool { data == .object([:]) }
}
