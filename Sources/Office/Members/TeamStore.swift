// SPDX-License-Identifier: Apache-2.0
import Storage

/// The teams of one enterprise, and who is in them.
package struct TeamStore {
    let scope: ID<Enterprise>
    let tx: Transaction

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    package func find(_ id: ID<Team>) throws -> Team? {
        try tx.first("SELECT id, name FROM teams WHERE enterprise = \(scope) AND id = \(id)", Self.read)
    }

    package func list() throws -> [Team] { try ask().rows }

    package func ask() throws -> Later<Team> {
        try tx.later(
            "SELECT id, name FROM teams WHERE enterprise = \(scope) ORDER BY \(SQL.byBytes("name")), id LIMIT 1000", Self.read)
    }

    package func add(_ team: Team) throws {
        let isTaken = try tx.first("SELECT 1 FROM teams WHERE enterprise = \(scope) AND name = \(team.name)") {
            try $0.next() as Int
        }
        if isTaken != nil { throw MemberRefusal.teamNameTaken }
        try tx.run("INSERT INTO teams (enterprise, id, name) VALUES (\(scope), \(team.id), \(team.name))")
    }

    /// Twice is once.
    /// - Returns: whether they were not in it before.
    @discardableResult
    package func add(_ member: ID<Member>, to team: ID<Team>) throws -> Bool {
        try tx.run(
            """
            INSERT INTO team_members (enterprise, team, member) VALUES (\(scope), \(team), \(member))
            ON CONFLICT DO NOTHING
            """) > 0
    }

    /// Throws where they are not in it, or there is no such team.
    package func remove(_ member: ID<Member>, from team: ID<Team>) throws {
        let removed = try tx.run(
            "DELETE FROM team_members WHERE enterprise = \(scope) AND team = \(team) AND member = \(member)")
        guard removed > 0 else { throw Missing.team }
    }

    package func members(of team: ID<Team>) throws -> [ID<Member>] {
        try tx.all("SELECT member FROM team_members WHERE enterprise = \(scope) AND team = \(team)") { try $0.next() }
    }

    /// Who is in which team.
    func memberships() throws -> [(team: ID<Team>, member: ID<Member>)] {
        try tx.all("SELECT team, member FROM team_members WHERE enterprise = \(scope) LIMIT 10000") { row in
            try (row.next(), row.next())
        }
    }

    /// How many open cases each team has.
    func openCases() throws -> [ID<Team>: Int] {
        let counts: [(ID<Team>, Int)] = try tx.all(
            """
            SELECT team, COUNT(*) FROM cases WHERE enterprise = \(scope) AND is_open AND team IS NOT NULL GROUP BY team
            """
        ) { row in try (row.next(), row.next()) }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }

    static func read(_ row: inout Row) throws -> Team { try Team(id: row.next(), name: row.next()) }
}
