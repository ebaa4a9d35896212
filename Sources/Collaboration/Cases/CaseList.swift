// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// What a list of cases shows; every part of it is in the list's address.
package struct CaseFilter: Sendable, Equatable {
    package enum Holding: String, Sendable, CaseIterable, Codable { case us, partner, late }
    package enum Ownership: String, Sendable, CaseIterable, Codable { case mine, nobody }

    package var isOpen: Bool? = true
    package var kind: String?
    package var holding: Holding?
    package var ownership: Ownership?
    package var tag: String?
    package var customer: ID<Customer>?
    package var team: ID<Team>?
    package var priority: Case.Priority?

    package init() {}
}

/// Where a page of a list ends; the next one begins after it.
package struct CaseCursor: Sendable, Equatable {
    package let changed: Timestamp
    package let id: ID<Case>

    package init(changed: Timestamp, id: ID<Case>) {
        self.changed = changed
        self.id = id
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let changed = Int64(parts[0]), let id = ID<Case>(String(parts[1])) else { return nil }
        self.init(changed: Timestamp(milliseconds: changed), id: id)
    }

    package var text: String { "\(changed.milliseconds).\(id)" }
}

/// A case with its customer's name, as a list shows it.
package struct CaseLine: Sendable {
    package let item: Case
    package let customerName: String?
}

extension CaseStore {
    /// Newest change first, `limit` at a time.
    package func list(_ filter: CaseFilter, by viewer: ID<Member>?, after: CaseCursor? = nil, limit: Int = 50) throws -> [CaseLine] {
        try lines(where: conditions(filter, by: viewer), after: after, limit: limit)
    }

    func ask(_ filter: CaseFilter, by viewer: ID<Member>?, limit: Int) throws -> Later<CaseLine> {
        try askLines(where: conditions(filter, by: viewer), limit: limit)
    }

    /// Other cases about the same product, the newest first.
    func askAlike(_ item: Case, limit: Int = 3) throws -> Later<Case> {
        try tx.later(
            """
            SELECT \(Self.columns) FROM cases
            WHERE enterprise = \(desk.scope) AND product = \(item.product) AND product <> '' AND id <> \(item.id)
            ORDER BY updated_at DESC LIMIT \(limit)
            """, Self.read)
    }

    /// How many there are, counted to `limit` at the most.
    package func count(_ filter: CaseFilter, by viewer: ID<Member>?, limit: Int = 100) throws -> Int {
        try tx.first(counting(filter, by: viewer, limit: limit)) { try $0.next() } ?? 0
    }

    /// The query for that.
    package func counting(_ filter: CaseFilter, by viewer: ID<Member>?, limit: Int = 100) -> SQL {
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM cases c WHERE c.enterprise = \(desk.scope) \(conditions(filter, by: viewer)) LIMIT \(limit)
        ) AS counted
        """
    }

    /// - Parameter order: newest change first, if nothing else is said; `after` goes with that order only.
    package func lines(
        where conditions: SQL, after: CaseCursor? = nil, order: SQL = "c.updated_at DESC, c.id DESC", limit: Int
    ) throws -> [CaseLine] {
        try askLines(where: conditions, after: after, order: order, limit: limit).rows
    }

    private func askLines(
        where conditions: SQL, after: CaseCursor? = nil, order: SQL = "c.updated_at DESC, c.id DESC", limit: Int
    ) throws -> Later<CaseLine> {
        let onwards: SQL = if let after { "AND (c.updated_at, c.id) < (\(after.changed), \(after.id))" } else { "" }
        return try tx.later(
            """
            SELECT c.id, c.kind, c.number, c.title, c.customer, c.customer_label, c.origin, c.channel, c.owner, c.team,
                c.priority, c.stage, c.is_open, c.product, c.serial, c.opened_at, c.updated_at, c.closed_at, c.revision,
                c.holder_name, c.holder_colour, c.due_at, u.name
            FROM cases c LEFT JOIN customers u ON u.enterprise = c.enterprise AND u.id = c.customer
            WHERE c.enterprise = \(desk.scope) \(conditions) \(onwards)
            ORDER BY \(order) LIMIT \(max(0, limit))
            """
        ) { row in CaseLine(item: try Self.read(&row), customerName: try row.next()) }
    }

    func conditions(_ filter: CaseFilter, by viewer: ID<Member>?) -> SQL {
        var parts: [SQL] = []
        // Not bound, so that the engines see which partial index fits.
        if let isOpen = filter.isOpen { parts.append(isOpen ? "AND c.is_open = TRUE" : "AND c.is_open = FALSE") }
        if let kind = filter.kind { parts.append("AND c.kind = \(kind)") }
        if let customer = filter.customer { parts.append("AND c.customer = \(customer)") }
        if let team = filter.team { parts.append("AND c.team = \(team)") }
        if let priority = filter.priority { parts.append("AND c.priority = \(priority)") }
        switch filter.holding {
        case .us: parts.append("AND c.holder_name IS NULL")
        case .partner: parts.append("AND c.holder_name IS NOT NULL")
        case .late: parts.append("AND c.due_at < \(desk.now)")
        case nil: break
        }
        switch filter.ownership {
        case .mine: parts.append("AND c.owner = \(viewer)")
        case .nobody: parts.append("AND c.owner IS NULL")
        case nil: break
        }
        if let tag = filter.tag {
            parts.append("AND c.id IN (SELECT case_id FROM case_tags WHERE enterprise = \(desk.scope) AND tag = \(tag))")
        }
        return parts.joined(separator: " ")
    }
}
