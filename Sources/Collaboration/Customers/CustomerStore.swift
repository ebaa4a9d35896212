// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

extension Desk {
    package var customers: CustomerStore { CustomerStore(desk: self) }
}

package struct CustomerStore {
    let desk: Desk
    var tx: Transaction { desk.tx }

    private static let columns: SQL = """
        id, kind, name, place, language, owner, known_through, foreign_reference, of_company, created_at, revision, \
        erased_at
        """

    package func find(_ id: ID<Customer>) throws -> Customer? {
        try tx.first(
            "SELECT \(Self.columns) FROM customers WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
    }

    /// A customer; none for `nil`.
    func ask(_ id: ID<Customer>?) throws -> Later<Customer> {
        try tx.later("SELECT \(Self.columns) FROM customers WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
    }

    package func find(_ ids: [ID<Customer>]) throws -> [Customer] {
        try tx.all(
            "SELECT \(Self.columns) FROM customers WHERE enterprise = \(desk.scope) AND id IN (\(SQL.list(ids)))", Self.read)
    }

    /// The customer, held until the transaction ends.
    package func take(_ id: ID<Customer>) throws -> Customer? {
        try tx.first(
            "SELECT \(Self.columns) FROM customers WHERE enterprise = \(desk.scope) AND id = \(id) \(SQL.forUpdate)",
            Self.read)
    }

    /// Another company's customer, held; a new record if they were not known yet. Two events that make them known at
    /// the same time find the same one.
    func take(_ acquaintance: Acquaintance) throws -> Customer {
        let stranger = Customer(name: "", knownThrough: acquaintance, createdAt: desk.now)
        try insert(stranger)
        let known = try find(reference: acquaintance.reference, through: acquaintance.link)
        return try known.flatMap { try take($0.id) } ?? stranger
    }

    package func find(reference: String, through link: ID<Link>) throws -> Customer? {
        try tx.first(
            """
            SELECT \(Self.columns) FROM customers
            WHERE enterprise = \(desk.scope) AND known_through = \(link) AND foreign_reference = \(reference)
            """, Self.read)
    }

    /// One of the enterprise's own customers with this name, whatever its case and accents, and one of these contact points.
    package func match(name: String, _ points: [ContactPoint]) throws -> Customer? {
        guard !points.isEmpty else { return nil }
        return try tx.first(
            """
            SELECT \(Self.columns) FROM customers
            WHERE enterprise = \(desk.scope) AND known_through IS NULL AND folded_name = \(name.folded) AND id IN (
                SELECT customer FROM contact_points
                WHERE enterprise = \(desk.scope) AND normalised IN (\(SQL.list(points.map(\.normalised)))))
            ORDER BY id LIMIT 1
            """, Self.read)
    }

    /// Fifty at a time by name, whatever its case and accents; `after` is the last name and id of the page before.
    package func list(search: String = "", after: (name: String, id: ID<Customer>)? = nil, limit: Int = 50) throws -> [Customer] {
        let name = SQL.byBytes("folded_name")
        let onwards: SQL = if let after { "AND (\(name), id) > (\(after.name.folded), \(after.id))" } else { "" }
        let found: SQL =
            if search.isEmpty {
                ""
            } else {
                "AND id IN (\(SQL.list(try CustomerIndex.text.match(search, in: desk.scope, limit: 200, tx).map(\.id))))"
            }
        return try tx.all(
            """
            SELECT \(Self.columns) FROM customers WHERE enterprise = \(desk.scope) \(found) \(onwards)
            ORDER BY \(name), id LIMIT \(limit)
            """, Self.read)
    }

    /// The best matches, the best first.
    package func search(_ query: String, limit: Int) throws -> [Customer] {
        let best = try CustomerIndex.text.match(query, in: desk.scope, limit: limit, tx).map(\.id)
        guard !best.isEmpty else { return [] }
        let byID = Dictionary(try find(best).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return best.compactMap { byID[$0] }
    }

    package func contactPoints(of customer: ID<Customer>) throws -> [ContactPoint] { try askContactPoints(of: customer).rows }

    /// Those of a customer; none for `nil`.
    func askContactPoints(of customer: ID<Customer>?) throws -> Later<ContactPoint> {
        try tx.later(
            """
            SELECT channel, value, is_preferred, note FROM contact_points
            WHERE enterprise = \(desk.scope) AND customer = \(customer) ORDER BY position
            """
        ) { row in
            try ContactPoint(channel: row.next(), value: row.next(), isPreferred: row.next(), note: row.next())
        }
    }

    package func add(_ customer: Customer, reachedBy points: [ContactPoint]) throws {
        try insert(customer)
        try desk.log.append(
            [NewEvent(CustomerAdded(name: customer.name, of: customer.knownThrough?.company), by: desk.hand)],
            to: customer.id.uuid, after: 0)
        try replaceContactPoints(of: customer.id, with: points)
        try index(customer, points)
    }

    /// Leaves a customer alone that is known through the same link under the same reference.
    private func insert(_ customer: Customer) throws {
        try tx.run(
            """
            INSERT INTO customers (enterprise, \(Self.columns), folded_name) VALUES (
                \(desk.scope), \(customer.id), \(customer.kind), \(customer.name), \(customer.place),
                \(customer.language), \(customer.owner), \(customer.knownThrough?.link),
                \(customer.knownThrough?.reference), \(customer.knownThrough?.company), \(customer.createdAt),
                \(customer.revision), \(customer.erasedAt), \(customer.name.folded))
            ON CONFLICT (enterprise, known_through, foreign_reference) DO NOTHING
            """)
    }

    package func save(_ customer: Customer, reachedBy points: [ContactPoint]) throws {
        try note(customer, points)
        try tx.run(
            """
            UPDATE customers SET kind = \(customer.kind), name = \(customer.name),
                folded_name = \(customer.name.folded), place = \(customer.place), language = \(customer.language), owner = \(customer.owner), revision = \(customer.revision),
                erased_at = \(customer.erasedAt)
            WHERE enterprise = \(desk.scope) AND id = \(customer.id)
            """)
        try replaceContactPoints(of: customer.id, with: points)
        try index(customer, points)
    }

    /// What of a customer changes. Of one who is erased, or taken back, the log is not to keep who they were.
    private func note(_ customer: Customer, _ points: [ContactPoint]) throws {
        guard customer.erasedAt == nil else {
            try desk.forget(in: customer.id.uuid, as: customer.name) { $0 }
            return try desk.record(CustomerErased(), on: customer.id.uuid)
        }
        guard let before = try find(customer.id) else { return }
        let reached = try contactPoints(of: customer.id)
        let owners = [before.owner, customer.owner].compactMap(\.self)
        let names = before.owner == customer.owner ? [:] : try desk.members.names(of: owners)
        let changes = FieldChange.among(
            ("name", before.name, customer.name), ("place", before.place, customer.place),
            ("language", before.language, customer.language), ("kind", before.kind.rawValue, customer.kind.rawValue),
            ("owner", before.owner.flatMap { names[$0] } ?? "", customer.owner.flatMap { names[$0] } ?? ""),
            ("contact points", reached.told, points.told))
        if !changes.isEmpty { try desk.record(CustomerChanged(changes: changes), on: customer.id.uuid) }
    }

    private func replaceContactPoints(of customer: ID<Customer>, with points: [ContactPoint]) throws {
        try tx.runLater("DELETE FROM contact_points WHERE enterprise = \(desk.scope) AND customer = \(customer)")
        for (position, point) in points.enumerated() {
            try tx.runLater(
                """
                INSERT INTO contact_points (enterprise, customer, position, channel, value, normalised, is_preferred, note)
                VALUES (\(desk.scope), \(customer), \(position), \(point.channel), \(point.value),
                    \(point.normalised), \(point.isPreferred), \(point.note))
                """)
        }
    }

    private func index(_ customer: Customer, _ points: [ContactPoint]) throws {
        let words = [customer.name, customer.place] + points.map(\.value)
        try CustomerIndex.text.put(customer.id, in: desk.scope, text: words.joined(separator: " "), tx)
    }

    private static func read(_ row: inout Row) throws -> Customer {
        let (id, kind, name, place, language): (ID<Customer>, Customer.Kind, String, String, String) =
            try (row.next(), row.next(), row.next(), row.next(), row.next())
        let (owner, link, reference, company): (ID<Member>?, ID<Link>?, String?, String?) =
            try (row.next(), row.next(), row.next(), row.next())
        let acquaintance: Acquaintance? =
            if let link, let reference { Acquaintance(link: link, reference: reference, company: company ?? "") } else { nil }
        return try Customer(
            id: id, kind: kind, name: name, place: place, language: language, owner: owner,
            knownThrough: acquaintance, createdAt: row.next(), revision: row.next(),
            erasedAt: row.next())
    }
}

extension [ContactPoint] {
    /// As the log keeps them: the preferred one with a star.
    fileprivate var told: String { map { "\($0.channel.rawValue) \($0.value)\($0.isPreferred ? "*" : "")" }.joined(separator: ", ") }
}
