// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Logging
import ServiceLifecycle
import Storage

/// Sends what waits in the outboxes of this node. Any number of processes may do so on one database: each leases
/// destinations, never messages, and a dead destination never slows a live one.
package actor Delivery: Service {
    private let node: ExchangeNode
    private let jitter: @Sendable () -> Double
    /// This process, as the holder of leases.
    private let process = UUID()
    private var leases: [Destination: Timestamp] = [:]
    /// Couriers at work, and whether there is something new for them.
    private var couriers: [Destination: AsyncStream<Void>.Continuation] = [:]
    private var rungAgain: Set<Destination> = []

    /// Seconds; a lease of a process that crashed keeps others away for so long. When one runs out early, two processes
    /// may send one batch, which the receiver tells from two batches.
    static let leaseLength = 15

    package init(
        _ node: ExchangeNode, jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.node = node
        self.jitter = jitter
    }

    /// Delivers until the program ends.
    package func run() async throws {
        try await forgetOldLeases()
        let (id, rings) = DeliveryBell.listen()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.poll() }
            for await _ in rings.cancelOnGracefulShutdown() {
                for destination in DeliveryBell.collect(id) { wake(destination, &group) }
            }
            group.cancelAll()
        }
    }

    /// A database in a file has one process: whatever leases are in it are those of one that has ended.
    private func forgetOldLeases() async throws {
        guard node.database.engine == .sqlite else { return }
        try await node.database.write { tx in try tx.run("UPDATE destinations SET leased_until = 0") }
    }

    /// Delivers what is due now and returns when nothing more can be done at this moment.
    package func drain() async throws {
        while true {
            let destinations = try await due()
            if destinations.isEmpty { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for destination in destinations {
                    group.addTask { _ = try await self.serve(destination, AsyncStream { $0.finish() }) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Finds what no bell announced: what other processes enqueued, and destinations whose time has come.
    private func poll() async {
        while !Task.isCancelled {
            do {
                for destination in try await due() { DeliveryBell.ring(destination) }
                try await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                return
            } catch {
                node.logger.error("Cannot look for what is to be delivered", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: .seconds(5)) } catch { return }
            }
        }
    }

    private func due() async throws -> [Destination] {
        let (now, process) = (node.now(), process)
        return try await node.database.read { tx in try Destinations(tx).due(at: now, for: process) }
    }

    private func wake(_ destination: Destination, _ group: inout DiscardingTaskGroup) {
        if let courier = couriers[destination] {
            rungAgain.insert(destination)
            courier.yield()
            return
        }
        couriers[destination] = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1)).continuation
        group.addTask { await self.work(at: destination) }
    }

    private func work(at destination: Destination) async {
        repeat {
            rungAgain.remove(destination)
            let (rings, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            couriers[destination] = continuation
            do {
                try await serve(destination, rings)
            } catch is CancellationError {
                break
            } catch {
                node.logger.error(
                    "Delivery failed", metadata: ["link": "\(destination.link)", "error": "\(error)"])
                break
            }
        } while rungAgain.contains(destination)
        couriers.removeValue(forKey: destination)?.finish()
    }

    private func serve(_ destination: Destination, _ rings: AsyncStream<Void>) async throws {
        guard try await lease(destination) else { return }
        try await Courier(node: node, destination: destination, jitter: jitter).run(rings) {
            try await self.lease(destination)
        }
    }

    /// Takes or renews the lease; asks the database only when it would soon run out.
    private func lease(_ destination: Destination) async throws -> Bool {
        let (now, process) = (node.now(), process)
        let end = now + Self.leaseLength
        if let held = leases[destination], held > now + Self.leaseLength / 2, held <= end { return true }
        let isOurs = try await node.database.write { tx in
            try Destinations(tx).lease(destination, to: process, at: now, until: end)
        }
        leases[destination] = isOurs ? end : nil
        return isOurs
    }
}
