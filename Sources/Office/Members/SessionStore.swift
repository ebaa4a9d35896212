// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// One browser in which a member is signed in.
struct Session: Sendable {
    let digest: [UInt8]
    /// What the browser is, as in "Firefox on Linux".
    let device: String
    let seenAt: Timestamp
}

/// Who is signed in where. Only digests of the tokens are kept.
package struct SessionStore {
    package let scope: ID<Enterprise>
    package let tx: Transaction

    /// How long a session lasts after its last change of anything.
    package static let lifetime = 30 * 86_400

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    /// Starts a session and returns its token, which cannot be read again.
    package func start(_ member: ID<Member>, device: String, at now: Timestamp) throws -> RandomToken {
        let token = RandomToken()
        try tx.run("DELETE FROM sessions WHERE enterprise = \(scope) AND member = \(member) AND expires_at <= \(now)")
        try tx.run(
            """
            INSERT INTO sessions (enterprise, token_hash, member, device, created_at, seen_at, expires_at) VALUES (
                \(scope), \(token.digest), \(member), \(device), \(now), \(now), \(now + Self.lifetime))
            """)
        return token
    }

    /// Whose session this is, and when it was last seen.
    package func find(_ digest: [UInt8], at now: Timestamp) throws -> (member: Member, seenAt: Timestamp)? {
        try tx.first(
            """
            SELECT s.seen_at, \(MemberStore.columns) FROM sessions s
            JOIN members m ON m.enterprise = s.enterprise AND m.id = s.member
            WHERE s.enterprise = \(scope) AND s.token_hash = \(digest) AND s.expires_at > \(now)
                AND m.disabled_at IS NULL
            """
        ) { row in
            let seenAt: Timestamp = try row.next()
            return (try MemberStore.read(&row), seenAt)
        }
    }

    func touch(_ digest: [UInt8], at now: Timestamp) throws {
        try tx.run(
            """
            UPDATE sessions SET seen_at = \(now), expires_at = \(now + Self.lifetime)
            WHERE enterprise = \(scope) AND token_hash = \(digest)
            """)
    }

    func list(of member: ID<Member>, at now: Timestamp) throws -> [Session] {
        try tx.all(
            """
            SELECT token_hash, device, seen_at FROM sessions
            WHERE enterprise = \(scope) AND member = \(member) AND expires_at > \(now) ORDER BY seen_at DESC LIMIT 50
            """
        ) { row in try Session(digest: row.next(), device: row.next(), seenAt: row.next()) }
    }

    /// When each member was last seen.
    func lastSeen() throws -> [ID<Member>: Timestamp] {
        let seen: [(ID<Member>, Timestamp)] = try tx.all(
            "SELECT member, MAX(seen_at) FROM sessions WHERE enterprise = \(scope) GROUP BY member"
        ) { row in try (row.next(), row.next()) }
        return Dictionary(seen, uniquingKeysWith: { first, _ in first })
    }

    package func end(_ digest: [UInt8]) throws {
        try tx.run("DELETE FROM sessions WHERE enterprise = \(scope) AND token_hash = \(digest)")
    }

    /// Signs a member out everywhere, or everywhere but here.
    package func endAll(of member: ID<Member>, but kept: [UInt8]? = nil) throws {
        let others: SQL = kept.map { "AND token_hash <> \($0)" } ?? ""
        try tx.run("DELETE FROM sessions WHERE enterprise = \(scope) AND member = \(member) \(others)")
    }
}
