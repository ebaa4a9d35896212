// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A customer with the unguessable link to their own case. The link is all they need, and shows nothing else.
package struct Follower: Caller {
    package enum Requirement: Sendable { case theirOwnCase }

    package let enterprise: Enterprise
    package let caseID: ID<Case>
    package let customer: ID<Customer>?
    package let name: String
    package let token: String
    package let locale: LocaleChoice

    package static var security: [Security] { [] }

    package var actor: Actor { customer.map { .customer($0, name: name) } ?? .system("follower") }

    package func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) throws -> [String: Model] {
        ["enterprise": enterprise.model]
    }

    package static func identify(
        _ credentials: Credentials, meeting requirement: Requirement, _ tx: Transaction
    ) throws -> Follower {
        let token = credentials.path["token"] ?? ""
        guard let enterprise = try EnterpriseStore(tx).find(slug: credentials.path["enterprise"] ?? "") else {
            throw Refusal.notFound
        }
        let found: (ID<Case>, ID<Customer>?, String?)? = try tx.first(
            """
            SELECT k.case_id, c.customer, u.name FROM follow_keys k
            JOIN cases c ON c.enterprise = k.enterprise AND c.id = k.case_id
            LEFT JOIN customers u ON u.enterprise = c.enterprise AND u.id = c.customer
            WHERE k.enterprise = \(enterprise.id) AND k.token_hash = \(RandomToken.digest(of: token))
            """
        ) { try ($0.next(), $0.next(), $0.next()) }
        guard let (caseID, customer, name) = found else { throw Refusal.notFound }
        return Follower(
            enterprise: enterprise, caseID: caseID, customer: customer, name: name ?? "", token: token,
            locale: LocaleChoice(
                language: credentials.locale.language, timeZone: enterprise.timeZone, theme: credentials.locale.theme))
    }
}

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
