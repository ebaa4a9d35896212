// SPDX-License-Identifier: Apache-2.0
import Exchange
import Logging
import Office
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
    package static let memory = 90 * 86_400

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
                group.addTask { await again { await tellStatements() } }
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
        await tellStatements()
        await visitPeers(all: withAllPeers)
    }

    /// Tells peers at once of a new key, a revoked one, another name.
    private func tellStatements() async {
        do {
            let untold = try await node.untold(at: node.now())
            await untold.inParallel { await tellStatement(over: $0) }
        } catch {
            node.logger.error("Cannot look whom to tell our statement", metadata: ["error": "\(error)"])
        }
    }

    private func tellStatement(over destination: Destination) async {
        do {
            do {
                try await within(visitLimit) { try await node.tellStatement(over: destination) }
            } catch let failure as PeerFailure {
                try await node.note(failure, of: destination, jitter: Double.random(in: 0..<1))
            }
        } catch {
            node.logger.error("A statement could not be told", metadata: ["error": "\(error)"])
        }
    }

    /// What needs no peer.
    private func tidy() async {
        let now = node.now()
        await renewKeys(at: now)
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

    /// Each enterprise by itself: one whose keys cannot be opened keeps no other from new ones.
    private func renewKeys(at now: Timestamp) async {
        do {
            for enterprise in try await node.database.read({ tx in try EnterpriseStore(tx).all() }) {
                let id = enterprise.id
                await attempt("renew keys") { tx in try IdentityStore(id, tx).establish(at: now) }
            }
        } catch {
            node.logger.error("Cannot look whose keys to renew", metadata: ["error": "\(error)"])
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
            await links.inParallel { await visit($0) }
        } catch {
            node.logger.error("Cannot look which peers to visit", metadata: ["error": "\(error)"])
        }
    }

    private struct Visit {
        let destination: Destination
        let isActive: Bool
        let isStale: Bool
    }

    private func visit(_ link: Visit) async {
        let destination = link.destination
        do {
            try await within(visitLimit) {
                if link.isStale { try await node.refreshStatement(destination) }
                if link.isActive { try await node.compare(destination) }
            }
        } catch {
            node.logger.info(
                "A linked node could not be asked", metadata: ["link": "\(destination.link)", "error": "\(error)"])
        }
    }

    /// Active links that were not checked for a while and whose destination is not down; and of all others those whose
    /// statement is old, since receipts and erasure go over them still.
    private func links(dueAt now: Timestamp, all: Bool) async throws -> [Visit] {
        let isOld: SQL = """
            (\(SQL.isOld("l.statement_at", than: Self.statementAge, at: now))
                AND \(SQL.isOld("l.statement_asked_at", than: Self.statementAge, at: now)))
            """
        let isOnTheMove: SQL = """
            (l.moved_to IS NOT NULL AND \(SQL.isOld("l.statement_asked_at", than: Self.checkAge, at: now)))
            """
        return try await node.database.read { tx in
            try tx.all(
                """
                SELECT l.enterprise, l.id, l.state, (\(isOnTheMove) OR
                    \(SQL.isOld("l.statement_at", than: Self.statementAge, at: now))) FROM links l
                JOIN destinations d ON d.enterprise = l.enterprise AND d.link = l.id
                WHERE (l.state = \(Link.State.active) AND (\(all) OR \(isOnTheMove) OR (\(Destinations.isDue("d", at: now))
                        AND \(SQL.isOld("l.checked_at", than: Self.checkAge, at: now)))))
                    OR (l.state IN (\(SQL.list([Link.State.suspended, .closing, .closed])))
                        AND (\(isOld) OR \(isOnTheMove)))
                ORDER BY l.checked_at LIMIT 1000
                """
            ) { row in
                let destination = Destination(enterprise: try row.next(), link: try row.next())
                let state: Link.State = try row.next()
                return Visit(destination: destination, isActive: state == .active, isStale: try row.next())
            }
        }
    }
}

extension SQL {
    /// Whether a moment is at least so many seconds ago, or was never. One that lies ahead was written while the clock was
    /// ahead, and counts as never.
    static func isOld(_ column: SQL, than seconds: Int, at now: Timestamp) -> SQL {
        "(\(column) IS NULL OR \(column) <= \(now - seconds) OR \(column) > \(now + Int(Statement.clockDifference)))"
    }
}

package func within(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: limit)
            throw PeerFailure.unreachable("it takes too long")
        }
        try await group.next()
        group.cancelAll()
    }
}

extension Array where Element: Sendable {
    /// Does something for each, for some dozens at once, and returns when all is done.
    func inParallel(_ body: @escaping @Sendable (Element) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, element) in enumerated() {
                if index >= 50 { await group.next() }
                group.addTask { await body(element) }
            }
        }
    }
}
