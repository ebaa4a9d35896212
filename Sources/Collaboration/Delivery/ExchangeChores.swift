// SPDX-License-Identifier: Apache-2.0
import Exchange
import Logging
import ServiceLifecycle
import Storage

/// What the exchange does now and then: renew keys, learn peers' new ones, compare digests, forget old nonces, close
/// links whose time is over. Any number of processes may do it; everything may be done twice.
package struct ExchangeChores: Service {
    private let node: ExchangeNode
    private let interval: Duration
    /// Seconds after which a peer's statement is fetched again: well within the day that a new key is announced before.
    private static let statementAge = 6 * 3_600
    private static let checkAge = 900

    package init(_ node: ExchangeNode, every interval: Duration = .seconds(60)) {
        self.node = node
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isFirst = true
            while !Task.isCancelled {
                do {
                    // After a start every peer hears from us, so that whoever gave us up tries again.
                    try await doDue(withAllPeers: isFirst)
                    isFirst = false
                } catch {
                    node.logger.error("The exchange's chores failed", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }

    /// Does what is due now.
    package func doDue(withAllPeers: Bool = false) async throws {
        let now = node.now()
        try await node.database.write { tx in
            for enterprise in try EnterpriseStore(tx).all() {
                try IdentityStore(enterprise.id, tx).establish(at: now)
            }
            try tx.run("DELETE FROM nonces WHERE until <= \(now)")
            let ended: [(ID<Enterprise>, ID<Link>)] = try tx.all(
                "SELECT enterprise, id FROM links WHERE state = \(Link.State.closing) AND closes_at <= \(now)"
            ) { (try $0.next(), try $0.next()) }
            for (enterprise, id) in ended {
                let links = LinkStore(enterprise, tx)
                if let link = try links.take(id) { try links.close(link, at: now) }
            }
        }
        let links = try await links(dueAt: now, all: withAllPeers)
        await withDiscardingTaskGroup { group in
            for (destination, isStale) in links { group.addTask { await visit(destination, isStale: isStale) } }
        }
    }

    private func visit(_ destination: Destination, isStale: Bool) async {
        do {
            if isStale { try await node.refreshStatement(destination) }
            try await node.compare(destination)
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
                ORDER BY l.checked_at LIMIT 100
                """
            ) { row in
                let destination = Destination(enterprise: try row.next(), link: try row.next())
                let fetched: Timestamp = try row.next()
                return (destination, fetched <= now - Self.statementAge)
            }
        }
    }
}
