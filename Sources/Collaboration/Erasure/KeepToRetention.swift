// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

/// Erases what came over a link about another company's customer once the contract's retention is over, and what an
/// erasure had to leave in letters that were still on their way.
package enum KeepToRetention {
    /// The cause, as the log says it.
    package static let actor = "contract’s retention"

    /// Does what is due in every enterprise of the node; may run at any time and twice.
    package static func run(_ kernel: Kernel, _ database: Database, at now: Timestamp = .now) async throws {
        for enterprise in try await database.read({ try EnterpriseStore($0).all() }) {
            @Sendable func desk(_ tx: Transaction) -> Desk { Desk(enterprise, .system(actor), kernel, tx, now: now) }
            try await database.write { try desk($0).eraseWaitingLetters() }
            let due = try await database.read { try desk($0).pastRetention() }
            for (item, link) in due {
                try await database.write { try desk($0).eraseByRetention(item, over: link) }
            }
        }
    }
}

extension Desk {
    /// Cases of other companies that have been kept as long as their contracts say.
    func pastRetention(limit: Int = 200) throws -> [(ID<Case>, ID<Link>)] {
        var due: [(ID<Case>, ID<Link>)] = []
        for link in try links.list() {
            guard let retention = link.contract?.retention, due.count < limit else { continue }
            due += try cases.keptTooLong(by: link, retention, limit: limit - due.count).map { ($0, link.id) }
        }
        return due
    }

    func eraseByRetention(_ id: ID<Case>, over link: ID<Link>) throws {
        let item = try cases.take(id)
        guard let link = try links.find(link), let retention = link.contract?.retention,
            // Somebody may have been faster, or the case may have been opened again.
            try cases.keptTooLong(by: link, retention, only: id, limit: 1) == [id]
        else { return }
        let erasure = Erasure(
            cause: .retention, customer: item.customer, origin: link.id, askedAt: now, state: .erased, decidedAt: now,
            decidedBy: actor.name)
        try erasures.add(erasure, about: [id])
        try erase([id], of: item.customer.flatMap { try customers.take($0) }, by: erasure)
    }
}

extension CaseStore {
    /// A case counts from when all that its company asked was settled and it was closed; every case counts from when the
    /// link ended.
    fileprivate func keptTooLong(
        by link: Link, _ retention: Retention, only id: ID<Case>? = nil, limit: Int
    ) throws -> [ID<Case>] {
        let settled = desk.now - Int(retention.daysAfterCase) * 86_400
        let hasLinkPassed = link.state == .closed
            && link.closesAt.map { $0 <= desk.now - Int(retention.daysAfterLink) * 86_400 } ?? false
        let one: SQL = if let id { "AND c.id = \(id)" } else { "" }
        let isOver: SQL =
            if hasLinkPassed { "" } else {
                """
                AND c.is_open = FALSE AND c.opened_at <= \(settled) AND c.closed_at <= \(settled) AND (
                    SELECT MAX(COALESCE(h.settled_at, \(desk.now + 1))) FROM handovers h
                    WHERE h.enterprise = c.enterprise AND h.case_id = c.id AND h.direction = 'incoming') <= \(settled)
                """
            }
        return try tx.all(
            """
            SELECT c.id FROM cases c WHERE c.enterprise = \(desk.scope) AND c.origin = \(link.id) \(one) \(isOver)
                AND (NOT EXISTS (
                    SELECT 1 FROM erasure_cases e WHERE e.enterprise = c.enterprise AND e.case_id = c.id
                        AND e.erased_at IS NOT NULL AND e.erased_at >= COALESCE(c.closed_at, 0))
                    OR EXISTS (
                        SELECT 1 FROM messages m WHERE m.enterprise = c.enterprise AND m.case_id = c.id
                            AND m.erased_for IS NULL AND (m.author_kind = 'customer' OR m.author_link = c.origin)))
            ORDER BY c.opened_at LIMIT \(limit)
            """
        ) { try $0.next() }
    }
}
