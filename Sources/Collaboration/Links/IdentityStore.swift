// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Storage

/// An enterprise's own keys: a root key for good, operational keys that take turns, a secret for its route marks.
package struct IdentityStore {
    private let scope: ID<Enterprise>
    private let tx: Transaction

    /// Seconds for which an operational key signs, and how long before its end the next one is made.
    static let keyLifetime = 90 * 86_400
    static let renewsBefore = 14 * 86_400

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    /// Makes whatever keys are missing or will soon be. Run it when an enterprise is set up, and each day.
    package func establish(at now: Timestamp) throws {
        if try key(.root, at: now) == nil {
            try add(SigningKey(), .root, from: now - 1, until: Timestamp(milliseconds: .max))
            try add(SigningKey(), .route, from: now - 1, until: Timestamp(milliseconds: .max))
        }
        let latest: Timestamp? = try tx.first(
            """
            SELECT not_after FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND revoked_at IS NULL
            ORDER BY not_after DESC
            """
        ) { try $0.next() }
        guard let latest, latest > now else {
            return try add(SigningKey(), .operational, from: now - 300, until: now + Self.keyLifetime)
        }
        guard latest < now + Self.renewsBefore else { return }
        let start = now + Int(OperationalKey.announcedBefore)
        try add(SigningKey(), .operational, from: start, until: start + Self.keyLifetime)
    }

    /// Ends a key at once; another takes its place. Peers learn it from the next statement.
    package func revoke(_ thumbprint: String, at now: Timestamp) throws {
        try tx.run(
            """
            UPDATE enterprise_keys SET revoked_at = \(now)
            WHERE enterprise = \(scope) AND thumbprint = \(thumbprint) AND kind = \(Kind.operational)
            """)
        try establish(at: now)
    }

    package func root() throws -> SigningKey {
        guard let key = try key(.root, at: tx.startedAt) else { throw IdentityError.notEstablished }
        return key
    }

    /// The key that signs requests now: the one that has been announced for longest.
    package func signingKey(at now: Timestamp) throws -> SigningKey {
        guard let key = try key(.operational, at: now) else { throw IdentityError.notEstablished }
        return key
    }

    func routeSecret() throws -> SymmetricKey {
        guard let key = try key(.route, at: tx.startedAt) else { throw IdentityError.notEstablished }
        return SymmetricKey(data: key.rawRepresentation)
    }

    /// What the enterprise says about itself now.
    package func statement(of enterprise: Enterprise, origin: String, at now: Timestamp) throws -> String {
        let root = try root()
        let keys = try tx.all(
            """
            SELECT secret, not_before, not_after FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND revoked_at IS NULL AND not_after > \(now)
            ORDER BY not_before
            """
        ) { row in
            OperationalKey(
                key: try SigningKey(rawRepresentation: row.next()).verifyingKey,
                notBefore: WireTime(milliseconds: try row.next()), notAfter: WireTime(milliseconds: try row.next()))
        }
        let revoked: [String] = try tx.all(
            """
            SELECT thumbprint FROM enterprise_keys
            WHERE enterprise = \(scope) AND revoked_at IS NOT NULL AND not_after > \(now) ORDER BY revoked_at
            """
        ) { try $0.next() }
        guard let address = Address(host: origin.authority, slug: enterprise.slug) else {
            throw IdentityError.noAddress(origin)
        }
        return try Statement(
            address: address, name: enterprise.name, colour: enterprise.colour, place: enterprise.place,
            endpoints: Endpoints(origin: origin, slug: enterprise.slug), root: root.verifyingKey, keys: keys,
            revoked: revoked, issuedAt: WireTime(milliseconds: now.milliseconds)
        ).signed(by: root)
    }

    private enum Kind: String, SQLConvertible { case root, operational, route }

    private func key(_ kind: Kind, at now: Timestamp) throws -> SigningKey? {
        try tx.first(
            """
            SELECT secret FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(kind) AND revoked_at IS NULL
                AND not_before <= \(now) AND not_after > \(now)
            ORDER BY not_before
            """
        ) { try SigningKey(rawRepresentation: $0.next()) }
    }

    private func add(_ key: SigningKey, _ kind: Kind, from start: Timestamp, until end: Timestamp) throws {
        try tx.run(
            """
            INSERT INTO enterprise_keys (enterprise, thumbprint, kind, secret, not_before, not_after)
            VALUES (\(scope), \(key.thumbprint), \(kind), \(key.rawRepresentation), \(start), \(end))
            """)
    }
}

package enum IdentityError: Error, Sendable, Equatable {
    /// The enterprise has no keys: `IdentityStore.establish` was never run for it.
    case notEstablished
    case noAddress(String)
}

extension String {
    /// Host and port of an origin.
    fileprivate var authority: String {
        guard let scheme = range(of: "://") else { return self }
        return String(self[scheme.upperBound...])
    }
}
