// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Networking
import Office
import Storage

/// How a link is getting on: what its page shows besides the contract.
struct LinkStatus: Sendable {
    let waiting: Int
    let sent: Int
    let received: Int
    let deadLetters: Int
    let failures: Int
    let nextAttempt: Timestamp
    let trouble: String?
    let lastReceipt: Timestamp?
    let lastHeard: Timestamp?
    /// Whether the peer fetches what waits for it, so that it does not matter that it cannot be reached.
    let isFetched: Bool
    let checkedAt: Timestamp?
    /// The conversations in which the sides differ, as the last comparison found.
    let differing: [String]
    let openCases: Int

    /// Seconds.
    private static let fetchesWithin = 900

    /// A query for how many links have failures or letters that did not arrive.
    static func troubled(at desk: Desk) -> SQL {
        """
        SELECT COUNT(*) FROM links l WHERE l.enterprise = \(desk.scope) AND l.state <> 'closed' AND (
            EXISTS (
                SELECT 1 FROM destinations d WHERE d.enterprise = l.enterprise AND d.link = l.id AND d.failures > 0
                    AND COALESCE(d.fetched_at, 0) <= \(desk.tx.startedAt - fetchesWithin))
            OR EXISTS (
                SELECT 1 FROM outbox o
                WHERE o.enterprise = l.enterprise AND o.link = l.id AND o.failed_at IS NOT NULL))
        """
    }

    init(_ link: Link, _ tx: Transaction) throws {
        let scope: SQL = "enterprise = \(link.enterprise) AND link = \(link.id)"
        let counts: (Int, Int)? = try tx.first(
            """
            SELECT CAST(COALESCE(SUM(last_out - settled_out), 0) AS BIGINT),
                CAST(COALESCE(SUM(last_out), 0) AS BIGINT) FROM conversations WHERE \(scope)
            """
        ) { (try $0.next(), try $0.next()) }
        (waiting, sent) = counts ?? (0, 0)
        received =
            try tx.first(
                "SELECT CAST(COALESCE(SUM(last_in), 0) AS BIGINT) FROM incoming_conversations WHERE \(scope)"
            ) { try $0.next() } ?? 0
        deadLetters = try DeadLetters.count(of: link, tx)
        typealias Condition = (Int, Timestamp, String?, Timestamp?, Timestamp?, Timestamp?)
        let condition: Condition? = try tx.first(
            """
            SELECT failures, next_attempt, trouble, last_receipt, last_heard, fetched_at FROM destinations
            WHERE \(scope)
            """
        ) { (try $0.next(), try $0.next(), try $0.next(), try $0.next(), try $0.next(), try $0.next()) }
        let none = Timestamp(milliseconds: 0)
        isFetched = (condition?.5 ?? none) > tx.startedAt - Self.fetchesWithin
        failures = isFetched ? 0 : condition?.0 ?? 0
        nextAttempt = condition?.1 ?? none
        trouble = isFetched ? nil : condition?.2
        (lastReceipt, lastHeard) = (condition?.3, condition?.4)
        let check: (Timestamp?, String?)? = try tx.first(
            "SELECT checked_at, differs FROM links WHERE enterprise = \(link.enterprise) AND id = \(link.id)"
        ) { (try $0.next(), try $0.next()) }
        checkedAt = check?.0
        differing = check?.1?.split(separator: " ").map(String.init) ?? []
        openCases =
            try tx.first(
                """
                SELECT count(DISTINCT h.case_id) FROM handovers h
                WHERE h.enterprise = \(link.enterprise) AND h.link = \(link.id) AND h.state IN ('offered', 'accepted')
                """
            ) { try $0.next() } ?? 0
    }
}

extension Desk {
    func view(of link: Link, letters: [DeadLetter]? = nil) throws -> LinkView {
        LinkView(link, try LinkStatus(link, tx), proposed: try proposedTerms(of: link), letters: letters)
    }

    /// What one side has proposed and the other has not answered.
    func proposedTerms(of link: Link) throws -> TermsView? {
        guard let proposal = link.proposal else { return nil }
        let root = try IdentityStore(scope, tx).root().verifyingKey
        let signer = try link.isProposalOurs ? root : link.statement().root
        return TermsView(try Contract.verify(proposal, signer: signer), ownRoot: root.thumbprint)
    }
}

/// A link as the API tells it.
package struct LinkView: Codable, Sendable {
    package let id: ID<Link>
    package let name: String
    /// What the company calls itself by now, if nobody here has agreed to it yet.
    package let newName: String?
    package let colour: Int
    package let address: String
    package let state: String
    package let role: String
    /// Twelve digits to compare with the other side while the link is pending.
    package let code: String
    package let rootThumbprint: String
    package let waiting: Int
    package let sent: Int
    package let received: Int
    package let deadLetters: Int
    /// What did not arrive or was refused, the newest first; with one link's own answer only.
    package let letters: [DeadLetterView]?
    /// Cases that are being handed over, either way.
    package let openCases: Int
    package let createdAt: Timestamp
    /// When the peer is tried again, while it cannot be reached.
    package let nextAttempt: Timestamp?
    package let trouble: String?
    package let lastReceipt: Timestamp?
    package let lastHeard: Timestamp?
    /// Whether the peer fetches what waits for it, rather than being called.
    package let isFetched: Bool
    package let checkedAt: Timestamp?
    package let isInStep: Bool
    /// The conversations in which the two sides differ.
    package let differing: [String]
    /// Canonical JSON of the contract in force.
    package let contract: String?
    /// The same, in short.
    package let terms: TermsView?
    /// A changed contract that one side has signed: a JWS.
    package let proposal: String?
    /// The same, in short.
    package let proposedTerms: TermsView?
    package let isProposalOurs: Bool

    init(_ link: Link, _ status: LinkStatus, proposed: TermsView?, letters: [DeadLetter]?) {
        id = link.id
        name = link.name
        newName = link.newName
        colour = link.colour
        address = link.address.description
        state = link.state.rawValue
        role = link.role.rawValue
        code = link.code
        rootThumbprint = link.root
        waiting = status.waiting
        sent = status.sent
        received = status.received
        deadLetters = status.deadLetters
        self.letters = letters.map { $0.map(DeadLetterView.init) }
        openCases = status.openCases
        createdAt = link.createdAt
        nextAttempt = status.failures > 0 ? status.nextAttempt : nil
        trouble = status.trouble
        lastReceipt = status.lastReceipt
        lastHeard = status.lastHeard
        isFetched = status.isFetched
        checkedAt = status.checkedAt
        isInStep = status.differing.isEmpty
        differing = status.differing
        contract = link.contract.map { String(decoding: $0.canonicalBytes, as: UTF8.self) }
        terms = link.contract.map { TermsView($0, ownRoot: $0.peer(of: link.root).rootThumbprint) }
        proposal = link.proposal
        proposedTerms = proposed
        isProposalOurs = link.isProposalOurs
    }
}
