// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    package var erasures: ErasureStore { ErasureStore(desk: self) }
}

package struct ErasureStore {
    let desk: Desk
    var tx: Transaction { desk.tx }

    private static let columns: SQL = """
        id, cause, customer, origin, request, conversation, asked_at, state, ground, reason, decided_at, decided_by, \
        answered_at, cleaned_at
        """

    private static let requestColumns: SQL = """
        id, erasure, link, handover, company, sent_at, answered_at, result, ground, reason, beyond
        """

    package func find(_ id: ID<Erasure>) throws -> Erasure? { try list(where: "id = \(id)").first }

    func find(request: UUID, over link: ID<Link>) throws -> Erasure? {
        try list(where: "origin = \(link) AND request = \(request)").first
    }

    /// Of a customer, newest first.
    package func list(of customer: ID<Customer>) throws -> [Erasure] {
        try tx.recall("erasures of a customer", of: customer) { try list(where: "customer = \(customer)") }
    }

    /// About a case or its customer, newest first.
    package func list(about item: Case) throws -> [Erasure] {
        let theirs: SQL =
            if let customer = item.customer {
                "UNION SELECT id FROM erasures WHERE enterprise = \(desk.scope) AND customer = \(customer)"
            } else { "" }
        return try tx.recall("erasures about a case", of: [item.id.uuid, item.customer?.uuid]) {
            try list(
                where: """
                    id IN (SELECT erasure FROM erasure_cases WHERE enterprise = \(desk.scope) AND case_id = \(item.id) \(theirs))
                    """)
        }
    }

    /// Those that wait for a decision, with a case that each is about; the oldest first.
    package func waiting(limit: Int = 20) throws -> [(erasure: Erasure, item: ID<Case>)] {
        let waiting = try list(where: "state = 'asked'", order: "asked_at, id", limit: limit)
        return try waiting.compactMap { erasure in try cases(of: erasure.id).first.map { (erasure, $0) } }
    }

    /// A query for how many wait for a decision, counted to a hundred.
    var countingAsked: SQL {
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM erasures WHERE enterprise = \(desk.scope) AND state = 'asked' LIMIT 100
        ) AS asked
        """
    }

    private func list(where condition: SQL, order: SQL = "asked_at DESC, id DESC", limit: Int = 100) throws -> [Erasure] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM erasures WHERE enterprise = \(desk.scope) AND \(condition)
            ORDER BY \(order) LIMIT \(limit)
            """, Self.read)
    }

    package func add(_ erasure: Erasure, about cases: [ID<Case>]) throws {
        try tx.run(
            """
            INSERT INTO erasures (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(erasure.id), \(erasure.cause), \(erasure.customer), \(erasure.origin),
                \(erasure.request), \(erasure.conversation), \(erasure.askedAt), \(erasure.state), \(erasure.ground),
                \(erasure.reason), \(erasure.decidedAt), \(erasure.decidedBy), \(erasure.answeredAt),
                \(erasure.cleanedAt))
            """)
        try add(cases, to: erasure.id)
    }

    func add(_ cases: [ID<Case>], to erasure: ID<Erasure>) throws {
        for item in cases {
            try tx.run(
                """
                INSERT INTO erasure_cases (enterprise, erasure, case_id) VALUES (\(desk.scope), \(erasure), \(item))
                ON CONFLICT (enterprise, case_id, erasure) DO NOTHING
                """)
        }
    }

    func save(_ erasure: Erasure) throws {
        try tx.run(
            """
            UPDATE erasures SET state = \(erasure.state), ground = \(erasure.ground), reason = \(erasure.reason),
                decided_at = \(erasure.decidedAt), decided_by = \(erasure.decidedBy), answered_at = \(erasure.answeredAt),
                cleaned_at = \(erasure.cleanedAt)
            WHERE enterprise = \(desk.scope) AND id = \(erasure.id)
            """)
    }

    /// Strikes out who a customer is in the words about their wishes that were said here and by those who were asked; of
    /// the wishes about a case, which the caller holds.
    func strike(_ strikeout: Strikeout, about item: ID<Case>) throws {
        try strike(
            strikeout,
            in: list(
                where: "id IN (SELECT erasure FROM erasure_cases WHERE enterprise = \(desk.scope) AND case_id = \(item))",
                order: "id", limit: .max))
    }

    /// The same of all wishes of a customer, whom the caller holds.
    func strike(_ strikeout: Strikeout, of customer: ID<Customer>) throws {
        try strike(strikeout, in: list(where: "customer = \(customer)", order: "id", limit: .max))
    }

    private func strike(_ strikeout: Strikeout, in wishes: [Erasure]) throws {
        for wish in wishes {
            // Held, so that no answer comes in between.
            guard var wish = try take(wish.id) else { continue }
            let reason = strikeout(wish.reason)
            if reason != wish.reason {
                wish.reason = reason
                try save(wish)
            }
            for var request in try requests(of: wish.id) {
                let kept = (request.ground, request.reason, request.beyond)
                request.strike(strikeout)
                if (request.ground, request.reason, request.beyond) != kept { try save(request) }
            }
        }
    }

    func cases(of erasure: ID<Erasure>) throws -> [ID<Case>] {
        try tx.all(
            "SELECT case_id FROM erasure_cases WHERE enterprise = \(desk.scope) AND erasure = \(erasure) ORDER BY case_id"
        ) { try $0.next() }
    }

    /// - Parameter lettersWait: whether events with personal data still have to be delivered.
    func setErased(_ item: ID<Case>, by erasure: ID<Erasure>, lettersWait: Bool) throws {
        try tx.run(
            """
            UPDATE erasure_cases SET erased_at = \(desk.now), letters_wait = \(lettersWait)
            WHERE enterprise = \(desk.scope) AND erasure = \(erasure) AND case_id = \(item)
            """)
    }

    /// Whether a case of the customer has not been erased.
    func hasMore(of customer: ID<Customer>) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM cases c WHERE c.enterprise = \(desk.scope) AND c.customer = \(customer) AND NOT EXISTS (
                SELECT 1 FROM erasure_cases e
                WHERE e.enterprise = c.enterprise AND e.case_id = c.id AND e.erased_at IS NOT NULL)
            LIMIT 1
            """
        ) { _ in true } ?? false
    }

    func add(_ request: Erasure.Request) throws {
        try tx.run(
            """
            INSERT INTO erasure_requests (enterprise, \(Self.requestColumns)) VALUES (
                \(desk.scope), \(request.id), \(request.erasure), \(request.link), \(request.handover),
                \(request.company), \(request.sentAt), \(request.answeredAt), \(request.result), \(request.ground), \(request.reason), \(Stored(request.beyond)))
            """)
    }

    func save(_ request: Erasure.Request) throws {
        try tx.run(
            """
            UPDATE erasure_requests SET answered_at = \(request.answeredAt), result = \(request.result),
                ground = \(request.ground), reason = \(request.reason), beyond = \(Stored(request.beyond))
            WHERE enterprise = \(desk.scope) AND id = \(request.id)
            """)
    }

    /// A request of ours, whoever asks to know of it has that link.
    func find(sent id: UUID, over link: ID<Link>) throws -> Erasure.Request? {
        try requests(where: "id = \(id) AND link = \(link)").first
    }

    /// The erasure's row is held first, so that of two answers at once the later sees the earlier.
    func take(request id: UUID, over link: ID<Link>) throws -> (Erasure.Request, Erasure)? {
        guard let found = try find(sent: id, over: link), let erasure = try take(found.erasure),
            let request = try find(sent: id, over: link)
        else { return nil }
        return (request, erasure)
    }

    func take(_ id: ID<Erasure>) throws -> Erasure? {
        try tx.first(
            "SELECT \(Self.columns) FROM erasures WHERE enterprise = \(desk.scope) AND id = \(id) \(SQL.forUpdate)",
            Self.read)
    }

    package func requests(of erasure: ID<Erasure>) throws -> [Erasure.Request] {
        try requests(where: "erasure = \(erasure)")
    }

    /// Of several wishes at once, the oldest request first.
    func requests(of erasures: [Erasure]) throws -> [Erasure.Request] {
        guard !erasures.isEmpty else { return [] }
        return try requests(where: "erasure IN (\(SQL.list(erasures.map(\.id))))")
    }

    /// Of whatever wish, those about these cases after which nothing is left there.
    func requestsDone(about cases: [ID<Case>]) throws -> [Erasure.Request] {
        guard !cases.isEmpty else { return [] }
        return try requests(
            where: """
                result = \(ErasureAnsweredV1.Result.done) AND handover IN (
                    SELECT id FROM handovers WHERE enterprise = \(desk.scope) AND case_id IN (\(SQL.list(cases))))
                """)
    }

    /// Whether a company has erased what went with a handover, and was told nothing of the case since.
    func isErasedThere(_ handover: Handover) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM erasure_requests r
            WHERE r.enterprise = \(desk.scope) AND r.handover = \(handover.id) AND r.result = \(ErasureAnsweredV1.Result.done)
                AND NOT EXISTS (
                    SELECT 1 FROM disclosures d WHERE d.enterprise = r.enterprise AND d.case_id = \(handover.caseID)
                        AND d.link = r.link AND d.last_at >= r.answered_at)
                AND NOT EXISTS (
                    SELECT 1 FROM messages m
                    JOIN message_audience a ON a.enterprise = m.enterprise AND a.message = m.id
                    WHERE m.enterprise = r.enterprise AND m.case_id = \(handover.caseID) AND a.link = r.link
                        AND m.sent_at >= r.answered_at)
            LIMIT 1
            """
        ) { _ in true } ?? false
    }

    /// Whether a case was erased and nothing has come into it since but word of other erasures.
    func isErased(_ item: ID<Case>) throws -> Bool {
        let isErased = try tx.first(
            """
            SELECT 1 FROM erasure_cases
            WHERE enterprise = \(desk.scope) AND case_id = \(item) AND erased_at IS NOT NULL LIMIT 1
            """
        ) { _ in true }
        let hasMore = try tx.first(
            """
            SELECT 1 FROM events WHERE enterprise = \(desk.scope) AND subject = \(item)
                AND type IN (\(SQL.list(desk.kernel.eventTypes.bringing))) AND sequence > (
                    SELECT COALESCE(MAX(sequence), 0) FROM events
                    WHERE enterprise = \(desk.scope) AND subject = \(item) AND type = 'erasure.done')
            LIMIT 1
            """
        ) { _ in true }
        return isErased != nil && hasMore == nil
    }

    private func requests(where condition: SQL) throws -> [Erasure.Request] {
        try tx.all(
            """
            SELECT \(Self.requestColumns) FROM erasure_requests WHERE enterprise = \(desk.scope) AND \(condition)
            ORDER BY sent_at, id
            """, Self.readRequest)
    }

    private static func read(_ row: inout Row) throws -> Erasure {
        let (id, cause, customer): (ID<Erasure>, Erasure.Cause, ID<Customer>?) = try (row.next(), row.next(), row.next())
        let (origin, request, conversation): (ID<Link>?, UUID?, UUID?) = try (row.next(), row.next(), row.next())
        return try Erasure(
            id: id, cause: cause, customer: customer, origin: origin, request: request, conversation: conversation,
            askedAt: row.next(), state: row.next(), ground: row.next(), reason: row.next(), decidedAt: row.next(),
            decidedBy: row.next(), answeredAt: row.next(), cleanedAt: row.next())
    }

    private static func readRequest(_ row: inout Row) throws -> Erasure.Request {
        let (id, erasure, link): (ID<Erasure.Request>, ID<Erasure>, ID<Link>) = try (row.next(), row.next(), row.next())
        let (handover, company): (ID<Handover>?, String) = try (row.next(), row.next())
        let (sentAt, answeredAt, result): (Timestamp, Timestamp?, ErasureAnsweredV1.Result?) =
            try (row.next(), row.next(), row.next())
        let (ground, reason, beyond): (String?, String, Stored<[Erasure.Outcome]>) =
            try (row.next(), row.next(), row.next())
        return Erasure.Request(
            id: id, erasure: erasure, link: link, handover: handover, company: company, sentAt: sentAt, answeredAt: answeredAt,
            result: result, ground: ground, reason: reason, beyond: beyond.value)
    }
}
