// SPDX-License-Identifier: Apache-2.0
import Storage

/// The members of one enterprise.
package struct MemberStore {
    package let scope: ID<Enterprise>
    package let tx: Transaction

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    /// Of the table or alias `m`.
    package static let columns: SQL = "m.id, m.email, m.name, m.role, m.language, m.time_zone, m.theme, m.disabled_at"
    private static let byName = SQL.byBytes("m.name")

    package func find(_ id: ID<Member>) throws -> Member? {
        try tx.first("SELECT \(Self.columns) FROM members m WHERE enterprise = \(scope) AND id = \(id)", Self.read)
    }

    package func find(email: String) throws -> Member? {
        try tx.first(
            "SELECT \(Self.columns) FROM members m WHERE enterprise = \(scope) AND email = \(email.lowercased())",
            Self.read)
    }

    /// Everybody who works here now, by name.
    package func list() throws -> [Member] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM members m WHERE enterprise = \(scope) AND disabled_at IS NULL
            ORDER BY \(Self.byName), id LIMIT 1000
            """, Self.read)
    }

    /// Their names alone, for lists to choose from.
    package func names() throws -> [(id: ID<Member>, name: String)] { try askNames().rows }

    package func askNames() throws -> Later<(id: ID<Member>, name: String)> {
        try tx.later(
            """
            SELECT id, name FROM members m WHERE enterprise = \(scope) AND disabled_at IS NULL
            ORDER BY \(Self.byName), id LIMIT 1000
            """
        ) { row in (try row.next(), try row.next()) }
    }

    /// What these are called, also those who have left.
    package func names(of members: [ID<Member>]) throws -> [ID<Member>: String] {
        let names: [(ID<Member>, String)] = try tx.all(
            "SELECT id, name FROM members WHERE enterprise = \(scope) AND id IN (\(SQL.list(members)))"
        ) { row in (try row.next(), try row.next()) }
        return Dictionary(names, uniquingKeysWith: { first, _ in first })
    }

    /// Those of some members who have not left, in the order of their ids.
    func stillHere(among members: Set<ID<Member>>) throws -> [ID<Member>] {
        try tx.all(
            """
            SELECT id FROM members
            WHERE enterprise = \(scope) AND id IN (\(SQL.list(members))) AND disabled_at IS NULL ORDER BY id
            """
        ) { try $0.next() }
    }

    /// Also those who have left, by name, after the given one.
    package func page(after: Member?, limit: Int) throws -> [Member] {
        let onwards: SQL = after.map { "AND (\(Self.byName), m.id) > (\($0.name), \($0.id))" } ?? ""
        return try tx.all(
            """
            SELECT \(Self.columns) FROM members m WHERE enterprise = \(scope) \(onwards)
            ORDER BY \(Self.byName), id LIMIT \(limit)
            """, Self.read)
    }

    /// - Parameter password: as `Passwords` hashes it; `nil` for somebody who cannot sign in with one yet.
    package func add(_ member: Member, password: String?) throws {
        if try find(email: member.email) != nil { throw MemberRefusal.emailTaken }
        try tx.run(
            """
            INSERT INTO members (enterprise, id, email, name, role, language, time_zone, theme, disabled_at, password)
            VALUES (\(scope), \(member.id), \(member.email), \(member.name), \(member.role), \(member.language),
                \(member.timeZone), \(member.theme), \(member.disabledAt), \(password))
            """)
    }

    /// Saves all but e-mail address and password. An enterprise always keeps an administrator.
    package func save(_ member: Member) throws {
        try tx.run(
            """
            UPDATE members SET name = \(member.name), role = \(member.role), language = \(member.language),
                time_zone = \(member.timeZone), theme = \(member.theme), disabled_at = \(member.disabledAt)
            WHERE enterprise = \(scope) AND id = \(member.id)
            """)
        // Locked, so that two administrators cannot make each other plain members at once.
        let administrators = try tx.all(
            """
            SELECT id FROM members WHERE enterprise = \(scope) AND role = \(Member.Role.administrator)
                AND disabled_at IS NULL \(SQL.forUpdate)
            """
        ) { try $0.next() as ID<Member> }
        if administrators.isEmpty { throw MemberRefusal.lastAdministrator }
    }

    /// The password's hash of a member who may sign in.
    package func password(of id: ID<Member>) throws -> String? {
        try tx.first(
            """
            SELECT password FROM members WHERE enterprise = \(scope) AND id = \(id) AND disabled_at IS NULL
            """
        ) { try $0.next() as String? } ?? nil
    }

    func setPassword(_ hash: String, of id: ID<Member>) throws {
        try tx.run("UPDATE members SET password = \(hash) WHERE enterprise = \(scope) AND id = \(id)")
    }

    package static func read(_ row: inout Row) throws -> Member {
        try Member(
            id: row.next(), email: row.next(), name: row.next(), role: row.next(), language: row.next(),
            timeZone: row.next(), theme: row.next(), disabledAt: row.next())
    }
}
