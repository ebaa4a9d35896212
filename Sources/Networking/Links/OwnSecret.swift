// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage

/// The secret half of one of an enterprise's keys as it is kept: as it is, or sealed.
struct OwnSecret {
    let bytes: [UInt8]
    /// The id of the key that it is sealed with.
    let sealedBy: String?
    private let scope: ID<Enterprise>
    private let thumbprint: String

    /// Reads `thumbprint`, `secret` and `sealed_by`.
    init(_ scope: ID<Enterprise>, _ row: inout Row) throws {
        self.scope = scope
        thumbprint = try row.next()
        bytes = try row.next()
        sealedBy = try row.next()
    }

    init(_ scope: ID<Enterprise>, _ key: SigningKey, _ sealing: SealingKey?) throws {
        self.scope = scope
        thumbprint = key.thumbprint
        let context = Self.context(scope, thumbprint)
        bytes = try sealing?.seal(key.rawRepresentation, for: context) ?? key.rawRepresentation
        sealedBy = sealing?.id
    }

    func signingKey(_ sealing: SealingKey?) throws -> SigningKey {
        guard let sealedBy else { return try SigningKey(rawRepresentation: bytes) }
        guard let sealing else {
            throw SealingProblem(
                "The companies’ keys in this database are sealed: say where the key is, with --key-file or ENTENTE_KEY_FILE.")
        }
        guard sealedBy == sealing.id else {
            throw SealingProblem(
                "The companies’ keys in this database are sealed with another key (\(sealedBy)) than that of the key file (\(sealing.id)).")
        }
        return try SigningKey(rawRepresentation: sealing.open(bytes, for: Self.context(scope, thumbprint)))
    }

    /// A secret that was moved to another enterprise or took another's place does not open.
    private static func context(_ scope: ID<Enterprise>, _ thumbprint: String) -> String {
        "enterprise-key \(scope) \(thumbprint)"
    }
}

/// The secrets of all enterprises of a node.
package enum OwnSecrets {
    /// Makes sure that all of them open with the transaction's key, and seals those that are not.
    /// - Returns: how many it has sealed.
    package static func settle(_ tx: Transaction) throws -> Int {
        guard let sealing = tx.sealing else {
            for (_, secret) in try all(tx) { _ = try secret.signingKey(nil) }
            return 0
        }
        return try change(to: sealing, tx) { $0.sealedBy == nil }
    }

    /// Seals all of them with another key, or with none.
    /// - Returns: how many there are.
    package static func change(to sealing: SealingKey?, _ tx: Transaction) throws -> Int {
        try change(to: sealing, tx) { _ in true }
    }

    private static func change(to sealing: SealingKey?, _ tx: Transaction, where isMeant: (OwnSecret) -> Bool) throws -> Int {
        var count = 0
        for (scope, secret) in try all(tx) {
            let key = try secret.signingKey(tx.sealing)
            guard isMeant(secret) else { continue }
            let sealed = try OwnSecret(scope, key, sealing)
            try tx.run(
                """
                UPDATE enterprise_keys SET secret = \(sealed.bytes), sealed_by = \(sealed.sealedBy)
                WHERE enterprise = \(scope) AND thumbprint = \(key.thumbprint)
                """)
            count += 1
        }
        return count
    }

    private static func all(_ tx: Transaction) throws -> [(ID<Enterprise>, OwnSecret)] {
        try tx.all("SELECT enterprise, thumbprint, secret, sealed_by FROM enterprise_keys \(SQL.forUpdate)") { row in
            let scope: ID<Enterprise> = try row.next()
            return (scope, try OwnSecret(scope, &row))
        }
    }
}
