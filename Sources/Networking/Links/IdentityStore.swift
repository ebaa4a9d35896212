// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Office
import Storage

/// An enterprise's own keys: a root key for good, operational keys that take turns, a secret for its route marks.
package struct IdentityStore {
    private let scope: ID<Enterprise>
    private let tx: Transaction

    /// Seconds for which an operational key signs, and how long before its end the next one is made.
    static let keyLifetime = 90 * 86_400
    static let renewsBefore = 14 * 86_400
    /// Seconds for which a key that was replaced early is still valid beside the next one.
    static let overlap = 3_600

    package init(_ scope: ID<Enterprise>, _ tx: Transaction) {
        self.scope = scope
        self.tx = tx
    }

    /// Makes whatever keys are missing or will soon be. Run it when an enterprise is set up, and each day.
    package func establish(at now: Timestamp, making key: () throws -> SigningKey = { SigningKey() }) throws {
        if try self.key(.root, at: now) == nil {
            // Whatever the clock says: they are for good.
            try add(key(), .root, from: Timestamp(milliseconds: 0), until: Timestamp(milliseconds: .max))
            try add(key(), .route, from: Timestamp(milliseconds: 0), until: Timestamp(milliseconds: .max))
        }
        // A key of a time when the clock was ahead is none to wait for.
        let latest: Timestamp? = try tx.first(
            """
            SELECT not_after FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND revoked_at IS NULL
                AND not_before <= \(now + Int(OperationalKey.announcedBefore))
            ORDER BY not_after DESC
            """
        ) { try $0.next() }
        guard let latest, latest > now else {
            return try add(key(), .operational, from: now - 300, until: now + Self.keyLifetime)
        }
        guard latest < now + Self.renewsBefore else { return }
        let start = now + Int(OperationalKey.announcedBefore)
        try add(key(), .operational, from: start, until: start + Self.keyLifetime)
    }

    /// Ends an operational key at once; another takes its place if it was the one that signs. Peers are told by the next
    /// statement.
    package func revoke(_ thumbprint: String, at now: Timestamp) throws {
        let isOurs =
            try tx.run(
                """
                UPDATE enterprise_keys SET revoked_at = \(now)
                WHERE enterprise = \(scope) AND thumbprint = \(thumbprint) AND kind = \(Kind.operational)
                    AND revoked_at IS NULL AND not_after > \(now)
                """) > 0
        guard isOurs else { throw IdentityError.noSuchKey }
        if try key(.operational, at: now) == nil {
            try add(SigningKey(), .operational, from: now - 300, until: now + Self.keyLifetime)
        }
        try establish(at: now)
    }

    /// Publishes another operational key now, which signs in a day; the present one ends an hour after that. A key that
    /// is published already is the next one.
    package func rotate(at now: Timestamp) throws -> OwnKey {
        let start = now + Int(OperationalKey.announcedBefore)
        func announced() throws -> OwnKey? {
            try keys(at: now).first { $0.state == .next && $0.notBefore <= start }
        }
        if try announced() == nil {
            try add(SigningKey(), .operational, from: start, until: start + Self.keyLifetime)
        }
        guard let next = try announced() else {
            throw IdentityError.notEstablished
        }
        let end = next.notBefore + Self.overlap
        try tx.run(
            """
            UPDATE enterprise_keys SET not_after = \(end)
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND revoked_at IS NULL
                AND not_before <= \(now) AND not_after > \(end)
            """)
        return next
    }

    /// The operational keys that are not over, and those that were revoked before their time; the oldest first.
    package func keys(at now: Timestamp) throws -> [OwnKey] {
        let signing = try key(.operational, at: now)?.thumbprint
        return try tx.all(
            """
            SELECT thumbprint, not_before, not_after, revoked_at FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND not_after > \(now)
            ORDER BY not_before, thumbprint
            """
        ) { row in
            let (thumbprint, start, end): (String, Timestamp, Timestamp) = try (row.next(), row.next(), row.next())
            let isRevoked = try row.next() as Timestamp? != nil
            let state: OwnKey.State =
                isRevoked ? .revoked : thumbprint == signing ? .signing : start > now ? .next : .valid
            return OwnKey(thumbprint: thumbprint, notBefore: start, notAfter: end, state: state)
        }
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

    package func routeSecret() throws -> SymmetricKey {
        guard let key = try key(.route, at: tx.startedAt) else { throw IdentityError.notEstablished }
        return SymmetricKey(data: key.rawRepresentation)
    }

    /// What the enterprise says about itself now: a JWT.
    package func statement(of enterprise: Enterprise, origin: String, at now: Timestamp) throws -> String {
        try unsignedStatement(of: enterprise, origin: origin, at: now).signed(by: root())
    }

    func unsignedStatement(of enterprise: Enterprise, origin: String, at now: Timestamp) throws -> Statement {
        let keys = try tx.all(
            """
            SELECT thumbprint, secret, sealed_by, not_before, not_after FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(Kind.operational) AND revoked_at IS NULL AND not_after > \(now)
            ORDER BY not_before
            """
        ) { row in
            OperationalKey(
                key: try OwnSecret(scope, &row).signingKey(tx.sealing).verifyingKey,
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
            endpoints: Endpoints(origin: origin, slug: enterprise.slug), root: root().verifyingKey, keys: keys,
            revoked: revoked, issuedAt: WireTime(milliseconds: now.milliseconds))
    }

    private enum Kind: String, SQLConvertible { case root, operational, route }

    private func key(_ kind: Kind, at now: Timestamp) throws -> SigningKey? {
        try tx.first(
            """
            SELECT thumbprint, secret, sealed_by FROM enterprise_keys
            WHERE enterprise = \(scope) AND kind = \(kind) AND revoked_at IS NULL
                AND not_before <= \(now) AND not_after > \(now)
            ORDER BY not_before
            """
        ) { try OwnSecret(scope, &$0).signingKey(tx.sealing) }
    }

    private func add(_ key: SigningKey, _ kind: Kind, from start: Timestamp, until end: Timestamp) throws {
        let secret = try OwnSecret(scope, key, tx.sealing)
        try tx.run(
            """
            INSERT INTO enterprise_keys (enterprise, thumbprint, kind, secret, sealed_by, not_before, not_after)
            VALUES (\(scope), \(key.thumbprint), \(kind), \(secret.bytes), \(secret.sealedBy), \(start), \(end))
            """)
    }
}

/// One of an enterprise's own operational keys.
package struct OwnKey: Sendable, Equatable {
    package enum State: String, Sendable {
        /// It signs now.
        case signing
        /// What it has signed counts; another signs.
        case valid
        /// Published, and not yet valid.
        case next
        case revoked
    }

    package let thumbprint: String
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let state: State
}

package enum IdentityError: Error, Sendable, Equatable {
    /// The enterprise has no keys: `IdentityStore.establish` was never run for it.
    case notEstablished
    case noAddress(String)
    /// No operational key of this enterprise that counts is called so.
    case noSuchKey
}

extension String {
    /// Host and port of an origin.
    fileprivate var authority: String {
        guard let scheme = range(of: "://") else { return self }
        return String(self[scheme.upperBound...])
    }
}
