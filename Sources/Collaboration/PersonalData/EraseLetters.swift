// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Office
import Storage

extension Desk {
    /// Takes the personal data out of the events about a case that other companies have or have refused, or that wait in a
    /// conversation that is held: of each only its envelope is kept, so that its place and its proof stay. Of the events
    /// that must arrive whatever happens these are answers to earlier wishes, which have words in them, once they are there.
    /// - Parameter isMeant: whether a letter is, by its text; all are, if nothing is said.
    /// - Returns: whether some still have to be delivered; they are erased once they are.
    @discardableResult
    package func eraseLetters(about item: ID<Case>, where isMeant: (String) -> Bool = { _ in true }) throws -> Bool {
        let letters: [Letter] = try tx.all(
            """
            SELECT o.id, o.event, o.convseq <= c.settled_out OR o.failed_at IS NOT NULL OR c.held_at IS NOT NULL
            FROM outbox o
            JOIN conversations c ON c.enterprise = o.enterprise AND c.link = o.link AND c.id = o.conversation
            WHERE o.enterprise = \(scope) AND (o.link, o.conversation) IN (
                    SELECT h.link, h.id FROM handovers h WHERE h.enterprise = \(scope) AND h.case_id = \(item))
                AND (o.type NOT IN (\(SQL.list(EventType.outliving.map(\.rawValue))))
                    OR o.type = \(ErasureAnsweredV1.type.rawValue) AND o.convseq <= c.settled_out)
            """
        ) { try Letter(id: $0.next(), event: $0.next(), isThere: $0.next()) }
            .filter { isMeant(String(decoding: $0.event, as: UTF8.self)) }
        for letter in letters where letter.isThere {
            var event = try Envelope(JSONValue(parsing: letter.event))
            guard !event.isErased else { continue }
            event.data = .object([:])
            try tx.run("UPDATE outbox SET event = \(event.bytes) WHERE enterprise = \(scope) AND id = \(letter.id)")
        }
        return letters.contains { !$0.isThere }
    }
}

private struct Letter {
    let id: UUID
    let event: [UInt8]
    let isThere: Bool
}
