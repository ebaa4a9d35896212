// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// Brings one destination what waits for it: several batches at a time, but never two of one conversation, and a single
/// one as a probe while the destination is down.
struct Courier: Sendable {
    let node: ExchangeNode
    let destination: Destination
    let jitter: @Sendable () -> Double

    private enum Happening: Sendable {
        case delivered(Parcel, isUp: Bool)
        case rung
        case deaf
    }

    /// Works until nothing waits any more, or the destination fails.
    /// - Parameter renew: keeps the lease; false when another process has it.
    func run(_ rings: AsyncStream<Void>, renew: @escaping @Sendable () async throws -> Bool) async throws {
        guard let contact = try await start() else { return }
        let limits = ExchangeLimits.standard.capped(by: contact.peer.limits)
        try await withThrowingTaskGroup(of: Happening.self) { group in
            var underWay: Set<ID<Conversation>> = []
            var lanes = 0
            var isUp = true
            listen(to: rings, &group)
            repeat {
                while isUp, try await renew(), let parcel = try await next(limits, underWay, lanes) {
                    underWay.formUnion(parcel.conversations)
                    lanes += 1
                    group.addTask { .delivered(parcel, isUp: try await deliver(parcel, contact)) }
                }
                if lanes == 0 { break }
                switch try await group.next() {
                case .delivered(let parcel, let stillUp)?:
                    lanes -= 1
                    underWay.subtract(parcel.conversations)
                    isUp = isUp && stillUp
                case .rung?: listen(to: rings, &group)
                case .deaf?, nil: break
                }
            } while lanes > 0 || isUp
            group.cancelAll()
        }
    }

    private func listen(to rings: AsyncStream<Void>, _ group: inout ThrowingTaskGroup<Happening, any Error>) {
        group.addTask {
            for await _ in rings { return .rung }
            return .deaf
        }
    }

    /// The peer, once it knows that the link is confirmed; nil when it cannot be reached or need not be.
    private func start() async throws -> PeerContact? {
        let (contact, confirmation) = try await node.database.read { tx in
            let link = try LinkStore(destination.enterprise, tx).find(destination.link)
            return (try node.contact(destination, tx), link?.isToConfirm == true ? link?.ownSignature : nil)
        }
        guard let contact, let confirmation else { return contact }
        let body = Confirmation(contract: confirmation).json.bytes
        do throws(PeerFailure) {
            let answer = try await contact.call(
                "POST", contact.peer.endpoints.confirmation(of: destination.link.uuid),
                body: (Confirmation.contentType, body), through: node)
            guard answer.response.status == ExchangeStatus.ok.rawValue else {
                throw .status(answer.response.status, retryAfter: nil)
            }
        } catch {
            try await fail(error)
            return nil
        }
        try await node.database.write { tx in
            let links = LinkStore(destination.enterprise, tx)
            guard var link = try links.take(destination.link) else { return }
            link.isToConfirm = false
            try links.save(link)
        }
        return contact
    }

    private func next(
        _ limits: ExchangeLimits, _ underWay: Set<ID<Conversation>>, _ lanes: Int
    ) async throws -> Parcel? {
        guard lanes < limits.batchesInFlight else { return nil }
        let now = node.now()
        return try await node.database.read { tx in
            guard let condition = try Destinations(tx).condition(of: destination), condition.isDue(at: now),
                condition.failures == 0 || lanes == 0, try isOpen(tx, at: now)
            else { return nil }
            let limits = condition.failures == 0 ? limits : limits.capped(by: .probe)
            return try Waiting(destination, tx).next(within: limits, except: underWay)
        }
    }

    private func isOpen(_ tx: Transaction, at now: Timestamp) throws -> Bool {
        let state: Link.State? = try tx.first(
            "SELECT state FROM links WHERE enterprise = \(destination.enterprise) AND id = \(destination.link)"
        ) { try $0.next() }
        return state.map(Link.State.delivering.contains) ?? false
    }

    /// Returns whether the destination is up.
    private func deliver(_ parcel: Parcel, _ contact: PeerContact) async throws -> Bool {
        let answer: PeerContact.Answer
        let receipts: [Receipt]
        do throws(PeerFailure) {
            answer = try await contact.call(
                "POST", contact.peer.endpoints.inbox, body: (Batch.contentType, parcel.body), through: node)
            receipts = try answer.receipts(for: parcel)
        } catch .status(410, _) {
            try await node.close(destination)
            return false
        } catch {
            try await fail(error)
            return false
        }
        let now = node.now()
        let hasMoved = try await node.database.write { tx in
            var kept: ID<Receipt>?
            let hasMoved = try Settlement(destination, node.handlers, tx, at: now).settle(parcel.entries, receipts) {
                if let kept { return kept }
                let evidence = try ID<Receipt>.keep(answer, of: destination, tx, at: now)
                kept = evidence
                return evidence
            }
            if hasMoved { try Destinations(tx).succeeded(destination, at: now) }
            return hasMoved
        }
        // A peer that always wants what is earlier must not have us send without end.
        if !hasMoved { try await fail(.unreachable("The other side asks for earlier events.")) }
        return hasMoved
    }

    private func fail(_ failure: PeerFailure) async throws {
        try await node.note(failure, of: destination, jitter: jitter())
    }
}

extension ExchangeLimits {
    /// While a destination is down, one small batch finds out whether it is back.
    fileprivate static let probe = ExchangeLimits(eventsPerBatch: 10, bytesPerBatch: Batch.maxBytes, batchesInFlight: 1)
}

extension PeerContact.Answer {
    fileprivate func receipts(for parcel: Parcel) throws(PeerFailure) -> [Receipt] {
        guard response.status == ExchangeStatus.accepted.rawValue || response.status == ExchangeStatus.gap.rawValue
        else {
            throw .status(response.status, retryAfter: response.retryAfter)
        }
        guard response.body.count <= Receipts.maxBytes else { throw .unreachable("the receipts are too large") }
        let receipts: [Receipt]
        do {
            receipts = try Receipts(parsing: response.body).receipts
        } catch {
            throw .unreachable("the receipts cannot be read: \(error)")
        }
        guard Set(receipts.map(\.id)).isSuperset(of: parcel.entries.map(\.id.wire)) else {
            throw .unreachable("receipts are missing")
        }
        return receipts
    }
}
