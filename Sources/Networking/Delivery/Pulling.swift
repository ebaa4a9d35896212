// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Asks linked companies again and again what waits for us, for a node that they cannot reach. Any number of processes
/// may do so on one database.
package final class Pulling: Service {
    private let node: ExchangeNode
    /// Seconds between two questions to one peer.
    private let interval: Int
    private let jitter: @Sendable () -> Double
    private let underWay = Mutex<Set<Destination>>([])
    /// When a peer last said that it waits for none of our files.
    private let content = Mutex<[Destination: Timestamp]>([:])

    /// Seconds between two questions about what outlives a link that has ended.
    static let intervalOfEnded = 3_600
    /// For one peer, however slow it is; files are large.
    private static let limit = Duration.seconds(600)
    /// Seconds after which a peer is asked for the files that it wants, even if it was told of none.
    static let intervalOfFiles = 900

    package init(
        _ node: ExchangeNode, every interval: Int,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.node = node
        self.interval = interval
        self.jitter = jitter
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    let destinations = await self.due()
                    group.addTask { await destinations.inParallel { await self.pull($0) } }
                    do { try await Task.sleep(for: .seconds(self.interval)) } catch { break }
                }
            }
        }
    }

    /// Asks those whose turn it is, and returns when all have answered.
    package func pullDue() async {
        await due().inParallel { await self.pull($0) }
    }

    private func due() async -> [Destination] {
        let (now, host, interval) = (node.now(), node.host, interval)
        do {
            let due = try await node.database.write { tx in
                try Destinations(tx).takeToAsk(at: now, every: interval, butAt: host)
            }
            return due.filter { destination in underWay.withLock { $0.insert(destination).inserted } }
        } catch {
            node.logger.error("Cannot look whom to ask for events", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// A peer can want only files that it was told of; so it is asked again once it has taken something from us.
    private func bringFiles(_ destination: Destination) async throws {
        let now = node.now()
        let lastReceipt = try await node.database.read { tx in try Destinations(tx).lastReceipt(from: destination) }
        if let asked = content.withLock({ $0[destination] }), now < asked + Self.intervalOfFiles,
            lastReceipt.map({ $0 < asked }) ?? true
        {
            return
        }
        guard try await node.bringAttachments(destination) else { return }
        content.withLock { $0[destination] = now }
    }

    private func pull(_ destination: Destination) async {
        defer { underWay.withLock { _ = $0.remove(destination) } }
        do {
            do {
                try await within(Self.limit) {
                    try await self.node.pull(destination)
                    let now = self.node.now()
                    try await self.node.database.write { tx in try Destinations(tx).heard(from: destination, at: now) }
                    try await self.bringFiles(destination)
                }
            } catch let failure as PeerFailure {
                try await node.note(failure, of: destination, jitter: jitter())
            }
        } catch is CancellationError {
            return
        } catch {
            node.logger.error(
                "Events could not be fetched", metadata: ["link": "\(destination.link)", "error": "\(error)"])
        }
    }
}

extension Destinations {
    fileprivate func lastReceipt(from destination: Destination) throws -> Timestamp? {
        try tx.first(
            """
            SELECT last_receipt FROM destinations
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """
        ) { try $0.next() as Timestamp? } ?? nil
    }

    /// Those whose peers are to be asked now. They are noted as asked at once, so that no other process asks too.
    fileprivate func takeToAsk(at now: Timestamp, every interval: Int, butAt host: String) throws -> [Destination] {
        let ended = max(interval, Pulling.intervalOfEnded)
        return try tx.all(
            """
            UPDATE destinations SET asked_at = \(now)
            WHERE \(Self.isDue("destinations", at: now)) AND \(SQL.isOld("asked_at", than: interval, at: now)) AND EXISTS (
                SELECT 1 FROM links l WHERE l.enterprise = destinations.enterprise AND l.id = destinations.link
                    AND l.address NOT LIKE \(host + "/%") AND (
                        l.state IN (\(SQL.list([Link.State.active, .closing])))
                        OR (l.state = \(Link.State.pending) AND l.is_inviter = \(false))
                        OR (l.state = \(Link.State.closed)
                            AND \(SQL.isOld("asked_at", than: ended, at: now)))))
            RETURNING enterprise, link
            """
        ) { Destination(enterprise: try $0.next(), link: try $0.next()) }
    }
}
