// SPDX-License-Identifier: Apache-2.0
import Exchange
import Logging
import ServiceLifecycle
import Storage

/// What the exchange does now and then: renew keys, forget what is old, close links whose time is over; learn peers'
/// new keys and compare digests. Any number of processes may do it; everything may be done twice.
package struct ExchangeChores: Service {
    private let node: ExchangeNode
    private let interval: Duration
    /// For one peer, however slow it is.
    private let visitLimit: Duration
    /// Seconds after which a peer's statement is fetched again: well within the day that a new key is announced before.
    private static let statementAge = 6 * 3_600
    private static let checkAge = 900
    /// Seconds for which the proofs of delivery and the ids of what has come in are kept.
    static let memory = 90 * 86_400
    private static let visitsAtOnce = 50

    package init(
        _ node: ExchangeNode, every interval: Duration = .seconds(60), visitLimit: Duration = .seconds(30)
    ) {
        self.node = node
        self.interval = interval
        self.visitLimit = visitLimit
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await again { await tidy() } }
                group.addTask {
                    // After a start every peer hears from us, so that whoever gave us up tries again.
                    var isFirst = true
                    await again {
                        await visitPeers(all: isFirst)
                        isFirst = false
                    }
                }
            }
        }
    }

    private func again(_ chore: () async -> Void) async {
        while !Task.isCancelled {
            await chore()
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    /// Does what is due now.
    package func doDue(withAllPeers: Bool = false) async {
        await tidy()
        await visitPeers(all: withAllPeers)
    }

    /// What needs no peer.
    private func tidy() async {
        let now = node.now()
        await attempt("renew keys") { tx in
            for enterprise in try EnterpriseStore(tx).all() {
                try IdentityStore(enterprise.id, tx).establish(at: now)
            }
        }
        await attempt("forget what is old") { tx in
            try tx.run("DELETE FROM nonces WHERE until <= \(now)")
            try tx.run("DELETE FROM receipts WHERE at <= \(now - Self.memory)")
            // Once only stays true without them: the place of an event that has come is never free again.
            try tx.run("DELETE FROM inbox WHERE received_at <= \(now - Self.memory)")
        }
        await attempt("close links") { tx in
            let ended: [(ID<Enterprise>, ID<Link>)] = try tx.all(
                "SELECT enterprise, id FROM links WHERE state = \(Link.State.closing) AND closes_at <= \(now)"
            ) { (try $0.next(), try $0.next()) }
            for (enterprise, id) in ended {
                let links = LinkStore(enterprise, tx)
                if let link = try links.take(id) { try links.close(link, at: now) }
            }
        }
    }

    private func attempt(_ chore: String, _ body: @escaping @Sendable (Transaction) throws -> Void) async {
        do {
            try await node.database.write(body)
        } catch {
            node.logger.error("A chore of the exchange failed", metadata: ["chore": "\(chore)", "error": "\(error)"])
        }
    }

    private func visitPeers(all: Bool) async {
        do {
            let links = try await links(dueAt: node.now(), all: all)
            await withTaskGroup(of: Void.self) { group in
                for (index, (destination, isStale)) in links.enumerated() {
                    if index >= Self.visitsAtOnce { await group.next() }
                    group.addTask { await visit(destination, isStale: isStale) }
                }
            }
        } catch {
            node.logger.error("Cannot look which peers to visit", metadata: ["error": "\(error)"])
        }
    }

    private func visit(_ destination: Destination, isStale: Bool) async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    if isStale { try await node.refreshStatement(destination) }
                    try await node.compare(destination)
                }
                group.addTask {
                    try await Task.sleep(for: visitLimit)
                    throw PeerFailure.unreachable("it takes too long")
                }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            node.logger.info(
                "A linked node could not be asked", metadata: ["link": "\(destination.link)", "error": "\(error)"])
        }
    }

    /// Active links that were not checked for a while and whose destination is not down.
    private func links(dueAt now: Timestamp, all: Bool) async throws -> [(Destination, isStale: Bool)] {
        try await node.database.read { tx in
            try tx.all(
                """
                SELECT l.enterprise, l.id, l.statement_at FROM links l
                JOIN destinations d ON d.enterprise = l.enterprise AND d.link = l.id
                WHERE l.state = \(Link.State.active) AND (\(all) OR (d.next_attempt <= \(now)
                    AND (l.checked_at IS NULL OR l.checked_at <= \(now - Self.checkAge))))
                ORDER BY l.checked_at LIMIT 1000
                """
            ) { row in
                let destination = Destination(enterprise: try row.next(), link: try row.next())
                let fetched: Timestamp = try row.next()
                return (destination, fetched <= now - Self.statementAge)
            }
        }
    }
}
