// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage

extension Desk {
    /// Cases that were erased when events about them had still to be delivered, in the order in which they were erased.
    func casesWithLetters(after last: WaitingLetters? = nil, limit: Int = 100) throws -> [WaitingLetters] {
        let onwards: SQL = if let last { "AND (erased_at, case_id) > (\(last.erasedAt), \(last.item))" } else { "" }
        return try tx.all(
            """
            SELECT case_id, erased_at FROM erasure_cases WHERE enterprise = \(scope) AND letters_wait \(onwards)
            GROUP BY erased_at, case_id ORDER BY erased_at, case_id LIMIT \(limit)
            """
        ) { WaitingLetters(item: try $0.next(), erasedAt: try $0.next()) }
    }

    /// Erases what had still to be delivered when its case was erased, as far as it is by now.
    func eraseWaitingLetters(about item: ID<Case>) throws {
        guard try !eraseLetters(about: item) else { return }
        try tx.run("UPDATE erasure_cases SET letters_wait = FALSE WHERE enterprise = \(scope) AND case_id = \(item)")
    }
}

struct WaitingLetters: Sendable {
    let item: ID<Case>
    let erasedAt: Timestamp
}
