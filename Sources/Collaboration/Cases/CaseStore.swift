// SPDX-License-Identifier: Apache-2.0
import Foundation
import Networking
import Office
import Storage

extension Desk {
    package var cases: CaseStore { CaseStore(desk: self) }
}

package struct CaseStore {
    package let desk: Desk
    package var tx: Transaction { desk.tx }

    static let columns: SQL = """
        id, kind, number, title, customer, customer_label, origin, channel, owner, team, priority, stage, is_open, \
        product, serial, opened_at, updated_at, closed_at, revision, holder_name, holder_colour, due_at
        """

    package func find(number: Int) throws -> Case? {
        try tx.first("SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND number = \(number)", Self.read)
    }

    package func find(_ id: ID<Case>) throws -> Case? {
        try tx.first("SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
    }

    /// The case, held until the transaction ends: what every verb that changes one begins with.
    package func take(number: Int) throws -> Case {
        let item = try tx.first(
            "SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND number = \(number) \(SQL.forUpdate)",
            Self.read)
        guard let item else { throw Missing.case }
        return item
    }

    package func take(_ id: ID<Case>) throws -> Case {
        let item = try tx.first(
            "SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND id = \(id) \(SQL.forUpdate)", Self.read)
        guard let item else { throw Missing.case }
        return item
    }

    /// The next number of this enterprise's cases. Concurrent callers wait for each other.
    func nextNumber() throws -> Int {
        let number: Int? = try tx.first(
            """
            INSERT INTO counters (enterprise, name, last) VALUES (\(desk.scope), 'case', 1001)
            ON CONFLICT (enterprise, name) DO UPDATE SET last = counters.last + 1 RETURNING last
            """
        ) { try $0.next() }
        guard let number else { throw StorageError.unexpectedValue(expected: "a case number", found: "nothing") }
        return number
    }

    package func add(_ item: Case) throws {
        try tx.run(
            """
            INSERT INTO cases (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(item.id), \(item.kind), \(item.number), \(item.title), \(item.customer),
                \(item.customerLabel), \(item.origin), \(item.channel), \(item.owner), \(item.team), \(item.priority),
                \(item.stage), \(item.isOpen), \(item.product), \(item.serial), \(item.openedAt), \(item.updatedAt),
                \(item.closedAt), \(item.revision), \(item.holder?.name), \(item.holder?.colour), \(item.due))
            """)
        announce(item)
    }

    package func save(_ item: Case) throws {
        try tx.run(
            """
            UPDATE cases SET title = \(item.title), customer = \(item.customer), customer_label = \(item.customerLabel),
                owner = \(item.owner), team = \(item.team), priority = \(item.priority), stage = \(item.stage),
                is_open = \(item.isOpen), product = \(item.product), serial = \(item.serial),
                updated_at = \(item.updatedAt), closed_at = \(item.closedAt), revision = \(item.revision),
                holder_name = \(item.holder?.name), holder_colour = \(item.holder?.colour),
                due_at = \(item.due)
            WHERE enterprise = \(desk.scope) AND id = \(item.id)
            """)
        announce(item)
    }

    private func announce(_ item: Case) {
        let announce = desk.kernel.announce
        let (scope, id) = (desk.scope, item.id)
        ListChanges.announce(scope, tx)
        tx.afterCommit {
            announce(.case(id, of: scope))
            announce(.cases(of: scope))
        }
    }

    package static func read(_ row: inout Row) throws -> Case {
        let (id, kind, number, title): (ID<Case>, String, Int, String) =
            try (row.next(), row.next(), row.next(), row.next())
        let (customer, label, origin, channel): (ID<Customer>?, String, ID<Link>?, Channel) =
            try (row.next(), row.next(), row.next(), row.next())
        let (owner, team, priority, stage, isOpen): (ID<Member>?, ID<Team>?, Case.Priority, String, Bool) =
            try (row.next(), row.next(), row.next(), row.next(), row.next())
        let (product, serial): (String, String) = try (row.next(), row.next())
        let (opened, updated, closed): (Timestamp, Timestamp, Timestamp?) = try (row.next(), row.next(), row.next())
        let revision: Int = try row.next()
        let (holderName, holderColour, due): (String?, Int?, Timestamp?) = try (row.next(), row.next(), row.next())
        return Case(
            id: id, kind: kind, number: number, title: title, customer: customer, customerLabel: label, origin: origin,
            channel: channel, owner: owner, team: team, priority: priority, stage: stage, isOpen: isOpen,
            product: product, serial: serial, openedAt: opened, updatedAt: updated, closedAt: closed,
            revision: revision,
            holder: holderName.map { Case.Holder(name: $0, colour: holderColour ?? 1) }, due: due)
    }
}
