// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The key to a customer's page: 256 random bits, of which only the SHA-256 is kept.
package enum FollowKey {
    /// Makes a key for a case's customer and returns it; it cannot be read again.
    package static func make(for item: ID<Case>, _ desk: Desk) throws -> String {
        let token = RandomToken()
        try desk.tx.run(
            """
            INSERT INTO follow_keys (enterprise, token_hash, case_id, created_at)
            VALUES (\(desk.scope), \(token.digest), \(item), \(desk.now))
            """)
        return token.text
    }
}
