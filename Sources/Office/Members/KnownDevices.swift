// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Browsers in which a member has signed in. What strangers guess does not count for them, so nobody can be locked out of
/// a browser of their own. A cookie holds a token, of which only the digest is kept, for one member each.
struct KnownDevices {
    let enterprise: Enterprise
    let tx: Transaction

    /// How long a browser is remembered after its last sign-in, in seconds.
    static let lifetime = 180 * 86_400

    init(_ enterprise: Enterprise, _ tx: Transaction) {
        self.enterprise = enterprise
        self.tx = tx
    }

    /// Whether the member signed in with this token's browser.
    func knows(_ token: String?, of member: ID<Member>, at now: Timestamp) throws -> Bool {
        guard let token else { return false }
        return try tx.first(
            """
            SELECT 1 FROM known_devices WHERE enterprise = \(enterprise.id) AND member = \(member)
                AND token_hash = \(RandomToken.digest(of: token)) AND seen_at > \(now - Self.lifetime)
            """
        ) { try $0.next() as Int } != nil
    }

    /// Remembers the browser for a member who has just signed in, and returns the token for its cookie: the one it has, if
    /// a member here has signed in with it before, so that several can share a browser.
    func remember(_ token: String?, for member: ID<Member>, at now: Timestamp) throws -> String {
        let kept = try token.flatMap { try isAnyones($0, at: now) ? $0 : nil } ?? RandomToken().text
        try tx.run(
            """
            DELETE FROM known_devices
            WHERE enterprise = \(enterprise.id) AND member = \(member) AND seen_at <= \(now - Self.lifetime)
            """)
        try tx.run(
            """
            INSERT INTO known_devices (enterprise, member, token_hash, seen_at)
            VALUES (\(enterprise.id), \(member), \(RandomToken.digest(of: kept)), \(now))
            ON CONFLICT (enterprise, member, token_hash) DO UPDATE SET seen_at = excluded.seen_at
            """)
        return kept
    }

    /// Knows none of the member's browsers any more.
    func forget(_ member: ID<Member>) throws {
        try tx.run("DELETE FROM known_devices WHERE enterprise = \(enterprise.id) AND member = \(member)")
    }

    private func isAnyones(_ token: String, at now: Timestamp) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM known_devices WHERE enterprise = \(enterprise.id)
                AND token_hash = \(RandomToken.digest(of: token)) AND seen_at > \(now - Self.lifetime)
            """
        ) { try $0.next() as Int } != nil
    }
}

extension Enterprise {
    /// The cookie, without its prefix. The dot, which no short name has, keeps it apart from every company's session.
    var deviceCookie: String { "entente-\(slug).device" }
}
