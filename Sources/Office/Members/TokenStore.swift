// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// What lets a program use the API, with the rights of a role.
package struct APIToken: Sendable {
    let id: ID<APIToken>
    let label: String
    let role: Member.Role
    let madeBy: String
    let madeAt: Timestamp
    /// When it stops working; `nil` never.
    let expiresAt: Timestamp?
    let usedAt: Timestamp?
}

/// How long a token works.
package enum TokenLifetime: String, Sendable, CaseIterable, Codable {
    case month, quarter, year, never

    package func end(from now: Timestamp) -> Timestamp? {
        switch self {
        case .month: now + 30 * 86_400
        case .quarter: now + 90 * 86_400
        case .year: now + 365 * 86_400
        case .never: nil
        }
    }
}

package struct TokenStore {
    package let enterprise: Enterprise
    package let tx: Transaction

    package init(_ enterprise: Enterprise, _ tx: Transaction) {
        self.enterprise = enterprise
        self.tx = tx
    }

    /// Makes a token and returns its text, which cannot be read again.
    package func make(
        _ label: String, id: ID<APIToken> = ID(), role: Member.Role, for lifetime: TokenLifetime = .year,
        by member: ID<Member>, at now: Timestamp
    ) throws -> String {
        // The name in front tells secret scanners and people what they have found.
        let text = "ent_\(enterprise.slug)_\(RandomToken().text)"
        try tx.run(
            """
            INSERT INTO api_tokens (enterprise, id, token_hash, member, label, role, created_at, expires_at)
            VALUES (\(enterprise.id), \(id), \(RandomToken.digest(of: text)), \(member), \(label),
                \(role), \(now), \(lifetime.end(from: now)))
            """)
        return text
    }

    /// The member who made the token, with its role.
    package func find(_ text: String, at now: Timestamp) throws
        -> (id: ID<APIToken>, label: String, member: Member, makerRole: Member.Role, usedAt: Timestamp?)?
    {
        try tx.first(
            """
            SELECT t.id, t.label, t.role, t.used_at, \(MemberStore.columns) FROM api_tokens t
            JOIN members m ON m.enterprise = t.enterprise AND m.id = t.member
            WHERE t.enterprise = \(enterprise.id) AND t.token_hash = \(RandomToken.digest(of: text))
                AND t.revoked_at IS NULL AND m.disabled_at IS NULL
                AND (t.expires_at IS NULL OR t.expires_at > \(now))
            """
        ) { row in
            let id: ID<APIToken> = try row.next()
            let (label, role): (String, Member.Role) = try (row.next(), row.next())
            let usedAt: Timestamp? = try row.next()
            var member = try MemberStore.read(&row)
            let makerRole = member.role
            member.role = role
            return (id, label, member, makerRole, usedAt)
        }
    }

    func touch(_ id: ID<APIToken>, at now: Timestamp) throws {
        try tx.run("UPDATE api_tokens SET used_at = \(now) WHERE enterprise = \(enterprise.id) AND id = \(id)")
    }

    package func list() throws -> [APIToken] {
        try tx.all(
            """
            SELECT t.id, t.label, t.role, m.name, t.created_at, t.expires_at, t.used_at FROM api_tokens t
            JOIN members m ON m.enterprise = t.enterprise AND m.id = t.member
            WHERE t.enterprise = \(enterprise.id) AND t.revoked_at IS NULL AND m.disabled_at IS NULL
            ORDER BY t.created_at DESC, t.id LIMIT 200
            """
        ) { row in
            try APIToken(
                id: row.next(), label: row.next(), role: row.next(), madeBy: row.next(), madeAt: row.next(),
                expiresAt: row.next(), usedAt: row.next())
        }
    }

    /// - Returns: what it was for.
    package func withdraw(_ id: ID<APIToken>, at now: Timestamp) throws -> String {
        let label: String? = try tx.first(
            """
            UPDATE api_tokens SET revoked_at = \(now)
            WHERE enterprise = \(enterprise.id) AND id = \(id) AND revoked_at IS NULL RETURNING label
            """
        ) { try $0.next() }
        guard let label else { throw Refusal.notFound }
        return label
    }
}
