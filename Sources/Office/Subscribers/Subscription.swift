// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// Where a subscriber is in an enterprise's log.
package struct Subscription: Sendable {
    /// The place of the last event that it is done with.
    package var position: Int
    /// The place after which it began.
    package let began: Int
    /// When it last took events, and how many milliseconds the last batch took.
    package var takenAt: Timestamp?
    package var took: Int
    /// How often in a row it has failed, since when, at which event and why, and when it tries again.
    package var failures: Int
    package var failingSince: Timestamp?
    package var failedAt: Int?
    package var error: String
    package var retryAt: Timestamp?

    package static let migrations: [Migration] = [
        Migration(
            "subscriptions-1",
            """
            CREATE TABLE subscriptions (
                enterprise UUID NOT NULL REFERENCES enterprises (id), subscriber TEXT NOT NULL, position BIGINT NOT NULL,
                began BIGINT NOT NULL,
                taken_at BIGINT, took BIGINT NOT NULL, failures BIGINT NOT NULL, failing_since BIGINT, failed_at BIGINT,
                error TEXT NOT NULL, retry_at BIGINT, PRIMARY KEY (enterprise, subscriber)
            )
            """)
    ]
}

extension Desk {
    package var subscriptions: SubscriptionStore { SubscriptionStore(scope: scope, tx: tx) }
}

package struct SubscriptionStore {
    let scope: ID<Enterprise>
    let tx: Transaction

    private static let columns: SQL = "position, began, taken_at, took, failures, failing_since, failed_at, error, retry_at"

    /// - Parameter isHeld: takes its row, or finds nothing where another process has it.
    package func find(_ name: String, isHeld: Bool = false) throws -> Subscription? {
        let held: SQL = isHeld ? .skipLocked : ""
        return try tx.first(
            "SELECT \(Self.columns) FROM subscriptions WHERE enterprise = \(scope) AND subscriber = \(name) \(held)"
        ) { row in
            try Subscription(
                position: row.next(), began: row.next(), takenAt: row.next(), took: row.next(), failures: row.next(),
                failingSince: row.next(), failedAt: row.next(), error: row.next(), retryAt: row.next())
        }
    }

    /// Begins one that is not there.
    func add(_ name: String, at position: Int) throws {
        try tx.run(
            """
            INSERT INTO subscriptions (enterprise, subscriber, position, began, took, failures, error)
            VALUES (\(scope), \(name), \(position), \(position), 0, 0, '') ON CONFLICT (enterprise, subscriber) DO NOTHING
            """)
    }

    func save(_ subscription: Subscription, of name: String) throws {
        try tx.run(
            """
            UPDATE subscriptions SET position = \(subscription.position), taken_at = \(subscription.takenAt),
                took = \(subscription.took), failures = \(subscription.failures),
                failing_since = \(subscription.failingSince), failed_at = \(subscription.failedAt),
                error = \(subscription.error), retry_at = \(subscription.retryAt)
            WHERE enterprise = \(scope) AND subscriber = \(name)
            """)
    }

    /// Sends a subscriber back to just after a place in the log; 0 is the beginning. It goes on from there at once. Nothing is
    /// skipped, and one that takes no past goes back no further than to where it began.
    /// - Returns: whether the place is behind it.
    @discardableResult
    package func replay(_ subscriber: any Subscriber.Type, after position: Int) throws -> Bool {
        guard let known = try find(subscriber.name, isHeld: true), position <= known.position else { return false }
        let position = max(position, known.began)
        try tx.run(
            """
            UPDATE subscriptions SET position = \(position), failures = 0, failing_since = NULL, failed_at = NULL, error = '',
                retry_at = NULL
            WHERE enterprise = \(scope) AND subscriber = \(subscriber.name)
            """)
        tx.afterCommit { [scope] in LogSignal.send(scope) }
        return true
    }

    /// Lets a subscriber that failed try again now.
    package func retry(_ subscriber: any Subscriber.Type) throws {
        try tx.run(
            """
            UPDATE subscriptions SET retry_at = \(tx.startedAt)
            WHERE enterprise = \(scope) AND subscriber = \(subscriber.name) AND failures > 0
            """)
        tx.afterCommit { [scope] in LogSignal.send(scope) }
    }

    /// The next events for a subscriber, oldest first.
    func events(
        for subscriber: any Subscriber.Type, after position: Int, upTo head: Int, limit: Int
    ) throws -> [Event] {
        try tx.all(
            """
            SELECT \(EventRow.columns) FROM events
            WHERE enterprise = \(scope) AND position > \(position) AND position <= \(head) \(subscriber.condition) ORDER BY position LIMIT \(limit)
            """, EventRow.read)
    }

    /// How many events wait for a subscriber, counted to a limit.
    package func behind(_ subscriber: any Subscriber.Type, after position: Int, limit: Int = 100_000) throws -> Int {
        try tx.first(
            """
            SELECT COUNT(*) FROM (
                SELECT 1 FROM events
                WHERE enterprise = \(scope) AND (position > \(position) OR position IS NULL) \(subscriber.condition) LIMIT \(limit)
            ) AS waiting
            """
        ) { try $0.next() } ?? 0
    }

    /// How many of these subscribers have failed and not gone on yet.
    package func failing(among subscribers: [any Subscriber.Type]) -> SQL {
        """
        SELECT COUNT(*) FROM subscriptions
        WHERE enterprise = \(scope) AND failures > 0 AND subscriber IN (\(SQL.list(subscribers.map { $0.name })))
        """
    }

    /// Enterprises in which a subscriber that failed is to try again.
    static func due(_ tx: Transaction, at now: Timestamp) throws -> [ID<Enterprise>] {
        try tx.all("SELECT DISTINCT enterprise FROM subscriptions WHERE retry_at <= \(now)") { try $0.next() }
    }
}

extension Subscription {
    /// 1 s, 2 s, 4 s … up to an hour.
    static func backOff(after failures: Int) -> Duration { min(.seconds(1 << min(failures - 1, 12)), .seconds(3600)) }

    mutating func succeed(upTo position: Int, at now: Timestamp, took milliseconds: Int) {
        self = Subscription(
            position: position, began: began, takenAt: now, took: milliseconds, failures: 0, failingSince: nil, failedAt: nil, error: "",
            retryAt: nil)
    }

    mutating func fail(at event: Int?, because error: String, at now: Timestamp) {
        failures += 1
        failingSince = failingSince ?? now
        failedAt = event
        self.error = String(error.prefix(500))
        retryAt = now.adding(Self.backOff(after: failures))
    }
}
