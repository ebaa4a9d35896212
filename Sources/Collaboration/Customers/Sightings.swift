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
        let customer: ID<Customer>
    }

    private static let hour: Int64 = 3_600_000
    private let seen = Mutex<(hour: Int64, who: Set<Sighting>)>((0, []))

    fileprivate func isNew(_ customer: ID<Customer>, to viewer: String, at desk: Desk) -> Bool {
        let (hour, sighting) = (
            desk.now.milliseconds / Self.hour, Sighting(enterprise: desk.scope, viewer: viewer, customer: customer)
        )
        return seen.withLock { seen in
            if seen.hour != hour { seen = (hour, []) }
            return seen.who.insert(sighting).inserted
        }
    }
}

private enum SightingsKey: ServiceKey { static let defaultValue = Sightings() }

extension Call where As == StaffCaller {
    /// What writes down that the caller has seen a customer; `nil` if it says so already.
    /// - Parameter place: the case at which they were seen, by its number.
    package func sighting(of customer: ID<Customer>, at place: String?, _ desk: Desk) -> (@Sendable (Transaction) throws -> Void)? {
        guard desk.kernel[SightingsKey.self].isNew(customer, to: caller.principal, at: desk) else { return nil }
        return { tx in try self.desk(tx).record(CustomerSeen(at: place), on: customer.uuid) }
    }
}
