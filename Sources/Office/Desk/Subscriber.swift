// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Whoever follows the log: it keeps its place durably and sees every event once in effect, in the order of each subject's
/// history, soon after its commit.
package protocol Subscriber: Sendable {
    /// As its place is kept: `notices`.
    static var name: String { get }
    /// English, as people see it: "Notices".
    static var title: Phrase { get }
    /// The types that it takes; `nil` takes all, also those that this program does not know.
    static var types: [any EventPayload.Type]? { get }
    /// Whether it begins with the first event of all; else with the first after it was added to the program.
    static var takesPast: Bool { get }

    /// Takes events, the oldest first, in the transaction that also moves its place: what it throws undoes both, and it gets
    /// them again, later. What reaches beyond the database is enqueued as a job. Somebody may replay the log from any place, so
    /// it bears to see an event again.
    static func take(_ events: [Event], _ desk: Desk) throws
}

extension Subscriber {
    package static var types: [any EventPayload.Type]? { nil }
    package static var takesPast: Bool { true }

    /// Which events of a log it takes.
    static var condition: SQL {
        types.map { types in "AND type IN (\(SQL.list(types.map { $0.type })))" } ?? ""
    }
}

private enum SubscribersKey: ServiceKey { static let defaultValue: [any Subscriber.Type] = [] }

extension Kernel {
    package var subscribers: [any Subscriber.Type] {
        get { self[SubscribersKey.self] }
        set { self[SubscribersKey.self] = newValue }
    }
}
