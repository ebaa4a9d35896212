// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Office
import Storage

/// The links of one enterprise.
package struct LinkStore {
    package let scope: ID<Enterprise>
    package let tx: Transaction
    /// Who changes them, as the log keeps it.
    let hand: Hand

    /// - Parameter hand: nobody's but the exchange's own, if nothing is said.
    package init(_ scope: ID<Enterprise>, _ tx: Transaction, by hand: Hand? = nil) {
        self.scope = scope
        self.tx = tx
        self.hand = hand ?? Hand(.system("exchange"), at: tx.startedAt)
    }

    /// For what its own company says about a link.
    init(sayingOf link: Link, _ tx: Transaction, in event: UUID, at now: Timestamp) {
        self.init(
            link.enterprise, tx,
            by: Hand(.company(link.id.uuid, name: link.name), by: .link(event: event), at: now))
    }

    private static let columns: SQL = """
        id, state, name, colour, address, root, role, is_inviter, statement, statement_at, code, contract,
        own_signature, peer_signature, proposal, proposal_is_ours, to_confirm, created_at, closes_at,
        proposal_event, new_name, moved_to
        """

    package func find(_ id: ID<Link>) throws -> Link? {
        try tx.first("SELECT \(Self.columns) FROM links WHERE enterprise = \(scope) AND id = \(id)", read)
    }

    /// Holds the link until the transaction ends, so that a change of its state has no rival.
    package func take(_ id: ID<Link>) throws -> Link? {
        try tx.first(
            "SELECT \(Self.columns) FROM links WHERE enterprise = \(scope) AND id = \(id) \(.forUpdate)", read)
    }

    package func all(_ ids: some Sequence<ID<Link>>) throws -> [Link] {
        try tx.all("SELECT \(Self.columns) FROM links WHERE enterprise = \(scope) AND id IN (\(SQL.list(ids)))", read)
    }

    /// The same by their ids; nothing is asked for none.
    package func byID(_ ids: some Collection<ID<Link>>) throws -> [ID<Link>: Link] {
        ids.isEmpty ? [:] : Dictionary(try all(Set(ids)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func askActive() throws -> Later<Link> {
        try tx.later(
            """
            SELECT \(Self.columns) FROM links WHERE enterprise = \(scope) AND state = \(Link.State.active)
            ORDER BY name, id
            """, read)
    }

    /// Every link, the open ones first. There are as many as an enterprise has partners: hundreds at most are shown.
    package func list(limit: Int = 500) throws -> [Link] {
        try tx.all(
            """
            SELECT \(Self.columns) FROM links WHERE enterprise = \(scope)
            ORDER BY CASE WHEN state = 'closed' THEN 1 ELSE 0 END, name, id LIMIT \(limit)
            """, read)
    }

    /// The link with this enterprise that is not closed.
    package func find(root: String) throws -> Link? {
        try tx.first(
            """
            SELECT \(Self.columns) FROM links
            WHERE enterprise = \(scope) AND root = \(root) AND state <> \(Link.State.closed)
            """, read)
    }

    /// Whether a link that is not closed leads to this address, with an enterprise of another root key.
    func hasOther(than root: String, at address: Address) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM links
            WHERE enterprise = \(scope) AND address = \(address) AND root <> \(root) AND state <> \(Link.State.closed)
            """
        ) { _ in true } ?? false
    }

    package func add(_ link: Link) throws {
        try tx.run(
            """
            INSERT INTO links (enterprise, changed_at, \(Self.columns)) VALUES (
                \(scope), \(tx.startedAt), \(link.id), \(link.state), \(link.name), \(link.colour), \(link.address),
                \(link.root), \(link.role), \(link.isInviter), \(link.statementJWT), \(link.statementAt), \(link.code),
                \(Self.json(link.contract)), \(link.ownSignature), \(link.peerSignature), \(link.proposal),
                \(link.isProposalOurs), \(link.isToConfirm), \(link.createdAt), \(link.closesAt), \(link.proposalEvent),
                \(link.newName), \(link.movedTo))
            """)
        try tx.run("INSERT INTO destinations (enterprise, link) VALUES (\(scope), \(link.id))")
        try EventLog(scope, tx).record(
            LinkAdded(company: link.name, address: "\(link.address)"), on: link.id.uuid, by: hand)
        try keepKeys(of: link)
    }

    package func save(_ link: Link) throws {
        if let before = try find(link.id) { try note(link, since: before) }
        try tx.run(
            """
            UPDATE links SET state = \(link.state), name = \(link.name), new_name = \(link.newName), colour = \(link.colour),
                address = \(link.address), statement = \(link.statementJWT), statement_at = \(link.statementAt),
                contract = \(Self.json(link.contract)), own_signature = \(link.ownSignature),
                peer_signature = \(link.peerSignature), proposal = \(link.proposal),
                proposal_is_ours = \(link.isProposalOurs), proposal_event = \(link.proposalEvent), to_confirm = \(link.isToConfirm),
                closes_at = \(link.closesAt), moved_to = \(link.movedTo), changed_at = \(tx.startedAt)
            WHERE enterprise = \(scope) AND id = \(link.id)
            """)
    }

    /// Takes a peer's statement in place of the one that is held, unless it is an older one. Another name waits for
    /// somebody to agree to it: nobody is to turn into somebody else on a page between two looks. And a peer has moved
    /// when it answers where it says that it is now.
    /// - Parameter source: where it was fetched, if it was: the link's address, or the one that the peer has named.
    package func keep(
        _ statement: Statement, _ jwt: String, fetchedAt source: Address? = nil, in link: inout Link, at now: Timestamp
    ) throws {
        guard statement.address == link.address || statement.address == link.movedTo && source == link.movedTo,
            statement.supersedes(try link.statement(), taken: link.statementAt.seconds, at: now.seconds)
        else { return }
        link.statementJWT = jwt
        link.statementAt = now
        link.newName = statement.name == link.name ? nil : statement.name
        link.address = statement.address
        link.movedTo = statement.moved == statement.address ? nil : statement.moved
        try save(link)
        try keepKeys(of: link)
    }

    private func keepKeys(of link: Link) throws {
        let statement = try link.statement()
        try tx.run("DELETE FROM link_keys WHERE enterprise = \(scope) AND link = \(link.id)")
        for key in statement.keys where !statement.revoked.contains(key.key.thumbprint) {
            try tx.run(
                """
                INSERT INTO link_keys (enterprise, thumbprint, link, key, not_before, not_after)
                VALUES (\(scope), \(key.key.thumbprint), \(link.id), \(key.key.rawRepresentation),
                    \(Timestamp(key.notBefore)), \(Timestamp(key.notAfter)))
                """)
        }
    }

    /// A key that is valid now, and the links whose statements list it: active ones first, then the oldest. Nothing
    /// proves that a peer has the keys that it lists.
    func holders(ofKey thumbprint: String, at now: Timestamp) throws -> (key: VerifyingKey, links: [Link])? {
        let listed: SQL = """
            enterprise = \(scope) AND thumbprint = \(thumbprint) AND not_before <= \(now) AND not_after > \(now)
            """
        let key: [UInt8]? = try tx.first("SELECT key FROM link_keys WHERE \(listed)") { try $0.next() }
        guard let key else { return nil }
        let links = try tx.all(
            """
            SELECT \(Self.columns) FROM links
            WHERE enterprise = \(scope) AND id IN (SELECT link FROM link_keys WHERE \(listed))
            ORDER BY CASE WHEN state = \(Link.State.active) THEN 0 ELSE 1 END, created_at, id
            """, read)
        return (try VerifyingKey(rawRepresentation: key), links)
    }

    /// The secret under which this enterprise marks what has passed through it.
    package func routeSecret() throws -> SymmetricKey { try IdentityStore(scope, tx).routeSecret() }

    private func read(_ row: inout Row) throws -> Link {
        let (id, state, name): (ID<Link>, Link.State, String) = try (row.next(), row.next(), row.next())
        let (colour, address, root): (Int, Address, String) = try (row.next(), row.next(), row.next())
        let (role, isInviter, statement): (Role, Bool, String) = try (row.next(), row.next(), row.next())
        let (statementAt, code, contract): (Timestamp, String, String) = try (row.next(), row.next(), row.next())
        var link = try Link(
            enterprise: scope, id: id, state: state, name: name, colour: colour, address: address, root: root,
            role: role, isInviter: isInviter, statementJWT: statement, statementAt: statementAt, code: code,
            contract: contract.isEmpty ? nil : ContractCache.shared.contract(contract),
            ownSignature: row.next(), peerSignature: row.next(), proposal: row.next(), isProposalOurs: row.next(),
            isToConfirm: row.next(), createdAt: row.next(), closesAt: row.next())
        (link.proposalEvent, link.newName, link.movedTo) = try (row.next(), row.next(), row.next())
        return link
    }

    private static func json(_ contract: Contract?) -> String {
        contract.map { String(decoding: $0.canonicalBytes, as: UTF8.self) } ?? ""
    }
}
