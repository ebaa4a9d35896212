// SPDX-License-Identifier: Apache-2.0
import Office
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
    /// When the link stops working, once the case is closed; `nil` while it is open, or for ever.
    package let endsAt: Timestamp?
    package let locale: LocaleChoice

    package static var security: [Security] { [] }
    package static var refusals: [Int] { [410] }
    package var principal: String { "follower of \(caseID)" }

    package var actor: Actor { customer.map { .customer($0.uuid, name: name) } ?? .system("follower") }

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
        let found: (ID<Case>, ID<Customer>?, String?, Timestamp?)? = try tx.first(
            """
            SELECT k.case_id, c.customer, u.name, CASE WHEN c.is_open THEN NULL ELSE c.closed_at END FROM follow_keys k
            JOIN cases c ON c.enterprise = k.enterprise AND c.id = k.case_id
            LEFT JOIN customers u ON u.enterprise = c.enterprise AND u.id = c.customer
            WHERE k.enterprise = \(enterprise.id) AND k.token_hash = \(RandomToken.digest(of: token))
            """
        ) { try ($0.next(), $0.next(), $0.next(), $0.next()) }
        guard let (caseID, customer, name, closedAt) = found else { throw Refusal.notFound }
        let endsAt = closedAt.flatMap { enterprise.end(ofLinkToCaseClosedAt: $0) }
        if let endsAt, endsAt <= credentials.now { throw FollowLinkEnded(company: enterprise.name) }
        return Follower(
            enterprise: enterprise, caseID: caseID, customer: customer, name: name ?? "", token: token,
            endsAt: endsAt,
            locale: LocaleChoice(
                language: credentials.locale.language, timeZone: enterprise.timeZone, theme: credentials.locale.theme))
    }
}

extension Enterprise {
    fileprivate func end(ofLinkToCaseClosedAt closedAt: Timestamp) -> Timestamp? { followDays.map { closedAt + $0 * 86_400 } }
}

/// A customer's link has run out. It says nothing of the case, since who has so old a link may be anybody.
private struct FollowLinkEnded: Problem {
    let company: String
    var status: Int { 410 }
    var type: String { "link-ended" }
    var title: Phrase { "This page has been put away" }
    var detail: Phrase {
        """
        What you asked \(company) was closed long ago, and the link to it no longer works. Go to the start to write to \(company) \
        again; whoever answers can open what was asked before, and then this link works again.
        """
    }
}

extension Call where As == Follower {
    /// The enterprise that the customer asked, on the customer's behalf.
    package func desk(_ tx: Transaction) -> Desk {
        Desk(caller.enterprise, caller.actor, services.kernel, tx, now: now)
    }
}

extension Follower {
    /// Their page.
    package var href: String { "/\(enterprise.slug)/follow/\(token)" }
}

/// What an action on a customer's own page takes that asks for nothing more.
package struct OwnInput: FormInput {
    package init(_ form: inout Form) {
        _ = form.path("token")
    }
}
