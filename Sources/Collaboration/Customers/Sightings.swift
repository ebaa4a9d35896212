// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Synchronization
import Web

/// Who has seen which customer lately, so that the log says it once an hour and a page that is looked at again costs nothing.
package final class Sightings: Sendable {
    private struct Sighting: Hashable {
        let enterprise: ID<Enterprise>
        let viewer: String
        let what: String
    }

    private static let hour: Int64 = 3_600_000
    private let seen = Mutex<(hour: Int64, who: Set<Sighting>)>((0, []))

    fileprivate func isNew(_ what: String, to viewer: String, at desk: Desk) -> Bool {
        let sighting = Sighting(enterprise: desk.scope, viewer: viewer, what: what)
        return seen.withLock { $0.hour != desk.now.milliseconds / Self.hour || !$0.who.contains(sighting) }
    }

    fileprivate func keep(_ what: String, to viewer: String, of enterprise: ID<Enterprise>, at now: Timestamp) {
        let (hour, sighting) = (now.milliseconds / Self.hour, Sighting(enterprise: enterprise, viewer: viewer, what: what))
        seen.withLock { seen in
            if seen.hour != hour { seen = (hour, []) }
            seen.who.insert(sighting)
        }
    }
}

private enum SightingsKey: ServiceKey { static let defaultValue = Sightings() }

extension Call where As == StaffCaller {
    /// What writes down that the caller has seen a customer; `nil` if the log says so already, or an open page fetches itself again.
    /// - Parameter place: the case at which they were seen, by its number.
    package func sighting(of customer: ID<Customer>, at place: String?, _ desk: Desk) -> (@Sendable (Transaction) throws -> Void)? {
        sighting("\(customer)", desk) { try $0.record(CustomerSeen(at: place), on: customer.uuid) }
    }

    /// The same for a list of customers, or what a search has found.
    package func sightingOfMany(in list: CustomersSeen.List, _ desk: Desk) -> (@Sendable (Transaction) throws -> Void)? {
        sighting(list.rawValue, desk) { try $0.record(CustomersSeen(list: list), on: $0.scope.uuid) }
    }

    private func sighting(
        _ what: String, _ desk: Desk, _ write: @escaping @Sendable (Desk) throws -> Void
    ) -> (@Sendable (Transaction) throws -> Void)? {
        let (sightings, viewer) = (desk.kernel[SightingsKey.self], caller.principal)
        guard !credentials.isRefetch, sightings.isNew(what, to: viewer, at: desk) else { return nil }
        return { tx in
            let desk = self.desk(tx)
            try write(desk)
            // Only what was written is not written again.
            tx.afterCommit { [scope = desk.scope, now = desk.now] in sightings.keep(what, to: viewer, of: scope, at: now) }
        }
    }
}
