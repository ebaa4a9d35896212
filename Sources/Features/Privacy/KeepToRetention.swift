// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Logging
import Networking
import Office
import Storage

/// Erases what came over a link about another company's customer once the contract's retention is over, and what an
/// erasure had to leave in letters that were still on their way.
package enum KeepToRetention {
    /// The cause, as the log says it.
    package static let actor = "contract’s retention"

    /// Cases of one link that a run erases at most; what is left is the next run's.
    private static let most = 10_000

    /// Does what is due in every enterprise of the node; may run at any time and twice. What fails is logged by its id and
    /// stops nothing else.
    package static func run(
        _ kernel: Kernel, _ database: Database, at now: Timestamp = .now, logger: Logger = Logger(label: "entente.retention")
    ) async throws {
        for enterprise in try await database.read({ try EnterpriseStore($0).all() }) {
            let run = Run(enterprise: enterprise, kernel: kernel, database: database, now: now, logger: logger)
            try await run.eraseLetters()
            try await run.settleUntold()
            try await run.eraseCases()
        }
    }

    /// Erases what had still to be delivered when its case was erased, as far as it is by now; more often than the rest,
    /// since whoever asked waits for it.
    package static func eraseLetters(
        _ kernel: Kernel, _ database: Database, at now: Timestamp = .now, logger: Logger = Logger(label: "entente.retention")
    ) async throws {
        for enterprise in try await database.read({ try EnterpriseStore($0).all() }) {
            try await Run(enterprise: enterprise, kernel: kernel, database: database, now: now, logger: logger).eraseLetters()
        }
    }

    private struct Run: Sendable {
        let enterprise: Enterprise
        let kernel: Kernel
        let database: Database
        let now: Timestamp
        let logger: Logger

        func desk(_ tx: Transaction) -> Desk { Desk(enterprise, .system(actor), kernel, tx, now: now) }

        func eraseLetters() async throws {
            var last: WaitingLetters?
            while true {
                let waiting = try await database.read { [last] in try desk($0).casesWithLetters(after: last) }
                for item in waiting.map(\.item) {
                    try await attempt("letters of the case \(item)") { try $0.eraseWaitingLetters(about: item) }
                }
                guard let oldest = waiting.last else { return }
                last = oldest
            }
        }

        func settleUntold() async throws {
            for (request, link) in try await database.read({ try desk($0).untoldRequests() }) {
                try await attempt("the request \(request)") { try $0.settleUntold(request, over: link) }
            }
        }

        func eraseCases() async throws {
            for link in try await database.read({ try desk($0).linksWithCases() }) {
                var (last, count) = (ID<Case>?.none, 0)
                while count < KeepToRetention.most {
                    let due = try await database.read { [last] in try desk($0).pastRetention(of: link, after: last) }
                    for item in due {
                        try await attempt("the case \(item)") { try $0.eraseByRetention(item, over: link) }
                    }
                    guard !due.isEmpty else { break }
                    (last, count) = (due.last, count + due.count)
                }
            }
        }

        private func attempt(_ what: String, _ body: @escaping @Sendable (Desk) throws -> Void) async throws {
            try Task.checkCancellation()
            do {
                try await database.write { try body(desk($0)) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("What is to be erased stays until the next time: \(what), of \(enterprise.slug): \(type(of: error))")
            }
        }
    }
}

extension Desk {
    /// Links over which a case came, open or not.
    fileprivate func linksWithCases() throws -> [ID<Link>] {
        try tx.all(
            """
            SELECT id FROM links l WHERE l.enterprise = \(scope) AND EXISTS (
                SELECT 1 FROM cases c WHERE c.enterprise = l.enterprise AND c.origin = l.id)
            ORDER BY id
            """
        ) { try $0.next() }
    }

    /// Cases of another company that have been kept as long as the contract says.
    fileprivate func pastRetention(of id: ID<Link>, after last: ID<Case>?, limit: Int = 200) throws -> [ID<Case>] {
        guard let link = try links.find(id), let retention = link.contract?.retention else { return [] }
        return try cases.keptTooLong(by: link, retention, after: last, limit: limit)
    }

    func eraseByRetention(_ id: ID<Case>, over link: ID<Link>) throws {
        let customer = try cases.find(id)?.customer.flatMap { try customers.take($0) }
        try hold([id])
        guard let item = try cases.find(id) else { return }
        guard let link = try links.find(link), let retention = link.contract?.retention,
            // Somebody may have been faster, or the case may have been opened again, or its customer become known.
            item.customer == customer?.id,
            try cases.keptTooLong(by: link, retention, only: id, limit: 1) == [id]
        else { return }
        let erasure = Erasure(
            cause: .retention, customer: item.customer, origin: link.id, askedAt: now, state: .erased, decidedAt: now,
            decidedBy: actor.name)
        try erasures.add(erasure, about: [id])
        try erase([id], of: customer, by: erasure)
    }
}

extension CaseStore {
    /// A case counts from when all that its company asked was settled and it was closed; every case counts from when the
    /// link ended.
    fileprivate func keptTooLong(
        by link: Link, _ retention: Retention, only id: ID<Case>? = nil, after last: ID<Case>? = nil, limit: Int
    ) throws -> [ID<Case>] {
        let settled = desk.now - Int(retention.daysAfterCase) * 86_400
        let hasLinkPassed = link.state == .closed
            && link.closesAt.map { $0 <= desk.now - Int(retention.daysAfterLink) * 86_400 } ?? false
        let one: SQL = if let id { "AND c.id = \(id)" } else { "" }
        let onwards: SQL = if let last { "AND c.id > \(last)" } else { "" }
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
            SELECT c.id FROM cases c WHERE c.enterprise = \(desk.scope) AND c.origin = \(link.id) \(one) \(onwards) \(isOver)
                AND (NOT EXISTS (
                    SELECT 1 FROM erasure_cases e WHERE e.enterprise = c.enterprise AND e.case_id = c.id
                        AND e.erased_at IS NOT NULL AND e.erased_at >= COALESCE(c.closed_at, 0))
                    OR EXISTS (
                        SELECT 1 FROM messages m WHERE m.enterprise = c.enterprise AND m.case_id = c.id
                            AND m.erased_for IS NULL AND (m.author_kind = 'customer' OR m.author_link = c.origin)))
            ORDER BY c.id LIMIT \(limit)
            """
        ) { try $0.next() }
    }
}
