// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Office
import Storage

/// What one administrator made to link with a company, and what has become of it.
package struct LinkInvitation: Sendable {
    package let id: ID<LinkInvitation>
    /// Whom it is for; our own note.
    package let label: String
    /// What they will be to us.
    package let role: Role
    package let kinds: [String]
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    /// Root thumbprint of the one who opened it first; nobody else can any more.
    package let openedBy: String?
    package let acceptedAt: Timestamp?
    package let withdrawnAt: Timestamp?

    package func isOpen(at now: Timestamp) -> Bool { withdrawnAt == nil && acceptedAt == nil && now < expiresAt }

    /// The link that comes of it has the invitation's id.
    package var link: ID<Link> { ID(id.uuid) }
}

package struct InvitationStore {
    private let scope: ID<Enterprise>
    private let tx: Transaction

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    private static let columns: SQL = """
        id, label, role, kinds, created_at, expires_at, opened_by, accepted_at, withdrawn_at
        """

    /// Makes an invitation. The token is in the result and nowhere else: here only its hash is kept.
    package func invite(
        _ label: String, as role: Role, kinds: [String], from address: Address, at now: Timestamp
    ) throws -> (LinkInvitation, Invitation) {
        guard let token = InvitationToken(bytes: ExchangeNode.random(32)) else { throw IdentityError.notEstablished }
        let invitation = LinkInvitation(
            id: ID(), label: label, role: role, kinds: kinds, createdAt: now,
            expiresAt: now + Int(Invitation.lifetime), openedBy: nil, acceptedAt: nil, withdrawnAt: nil)
        try tx.run(
            """
            INSERT INTO invitations (enterprise, id, token_hash, label, role, kinds, created_at, expires_at)
            VALUES (\(scope), \(invitation.id), \(token.hash), \(label), \(role), \(kinds.joined(separator: " ")),
                \(now), \(invitation.expiresAt))
            """)
        let root = try IdentityStore(scope, tx).root().thumbprint
        return (
            invitation,
            Invitation(
                address: address, rootThumbprint: root, token: token, expiresAt: invitation.expiresAt.seconds)
        )
    }

    package func find(_ id: ID<LinkInvitation>) throws -> LinkInvitation? {
        try tx.first("SELECT \(Self.columns) FROM invitations WHERE enterprise = \(scope) AND id = \(id)", Self.read)
    }

    /// Those that can still be opened.
    package func open(at now: Timestamp) throws -> [LinkInvitation] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM invitations
            WHERE enterprise = \(scope) AND withdrawn_at IS NULL AND accepted_at IS NULL AND expires_at > \(now)
            ORDER BY created_at DESC LIMIT 100
            """, Self.read)
    }

    package func withdraw(_ id: ID<LinkInvitation>, at now: Timestamp) throws {
        try tx.run(
            """
            UPDATE invitations SET withdrawn_at = \(now)
            WHERE enterprise = \(scope) AND id = \(id) AND withdrawn_at IS NULL
            """)
    }

    package func take(tokenHash: [UInt8]) throws -> LinkInvitation? {
        try tx.first(
            """
            SELECT \(Self.columns) FROM invitations WHERE enterprise = \(scope) AND token_hash = \(tokenHash)
            \(.forUpdate)
            """, Self.read)
    }

    package func note(_ id: ID<LinkInvitation>, openedBy root: String) throws {
        try tx.run("UPDATE invitations SET opened_by = \(root) WHERE enterprise = \(scope) AND id = \(id)")
    }

    package func note(_ id: ID<LinkInvitation>, acceptedAt now: Timestamp) throws {
        try tx.run("UPDATE invitations SET accepted_at = \(now) WHERE enterprise = \(scope) AND id = \(id)")
    }

    private static func read(_ row: inout Row) throws -> LinkInvitation {
        let (id, label, role, kinds): (ID<LinkInvitation>, String, Role, String) =
            try (row.next(), row.next(), row.next(), row.next())
        return try LinkInvitation(
            id: id, label: label, role: role, kinds: kinds.split(separator: " ").map(String.init),
            createdAt: row.next(), expiresAt: row.next(), openedBy: row.next(), acceptedAt: row.next(),
            withdrawnAt: row.next())
    }
}
