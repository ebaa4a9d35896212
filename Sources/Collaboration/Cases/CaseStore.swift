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

    package func find(_ ids: [ID<Case>]) throws -> [Case] {
        try tx.all(
            "SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND id IN (\(SQL.list(ids)))", Self.read)
    }

    package func find(_ id: ID<Case>) throws -> Case? {
        try tx.first("SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
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
