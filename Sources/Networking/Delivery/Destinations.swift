// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// Where events go to, and how that is going: one row per link. Back-off belongs to the destination, not to a message.
struct Destinations {
    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    struct Condition: Sendable {
        package let failures: Int
        package let nextAttempt: Timestamp

        func isDue(at now: Timestamp) -> Bool { nextAttempt <= now || nextAttempt > now + Destinations.longestWait }
    }

    /// Seconds that nobody has to wait at the most. A time further ahead was written while the clock was ahead.
    private static let longestWait = 2 * 3_600

    /// Whether the destination may be tried now; its columns are those of `name`.
    static func isDue(_ name: SQL, at now: Timestamp) -> SQL {
        "(\(name).next_attempt <= \(now) OR \(name).next_attempt > \(now + longestWait))"
    }

    private static func isFree(_ name: SQL, for process: UUID, at now: Timestamp) -> SQL {
        // Nobody leases for longer: what is further ahead was written while the clock was.
        """
        (\(name).leased_until <= \(now) OR \(name).leased_until > \(now + Delivery.leaseLength)
            OR \(name).lease = \(process))
        """
    }

    /// Those that have something to send, may be tried now, and are not leased to another process.
    func due(at now: Timestamp, for process: UUID, limit: Int = 1_000) throws -> [Destination] {
        try tx.all(
            """
            SELECT d.enterprise, d.link FROM destinations d
            JOIN links l ON l.enterprise = d.enterprise AND l.id = d.link
            WHERE \(Self.isDue("d", at: now)) AND \(Self.isFree("d", for: process, at: now))
                AND l.state IN (\(SQL.list(Link.State.delivering)))
                AND (l.to_confirm = \(true) OR EXISTS (
                    SELECT 1 FROM conversations c WHERE c.enterprise = d.enterprise AND c.link = d.link
                        AND c.settled_out < c.last_out AND c.held_at IS NULL))
            LIMIT \(limit)
            """
        ) { Destination(enterprise: try $0.next(), link: try $0.next()) }
    }

    /// Whether this process may send there until `end`.
    func lease(_ destination: Destination, to process: UUID, at now: Timestamp, until end: Timestamp) throws -> Bool {
        try tx.run(
            """
            UPDATE destinations SET lease = \(process), leased_until = \(end)
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
                AND \(Self.isFree("destinations", for: process, at: now))
            """) > 0
    }

    func condition(of destination: Destination) throws -> Condition? {
        try tx.first(
            """
            SELECT failures, next_attempt FROM destinations
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """
        ) { Condition(failures: try $0.next(), nextAttempt: try $0.next()) }
    }

    /// The peer has answered: whatever was wrong is over.
    func succeeded(_ destination: Destination, at now: Timestamp) throws {
        try tx.run(
            """
            UPDATE destinations SET failures = 0, next_attempt = 0, trouble = NULL, last_receipt = \(now)
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """)
    }

    /// The peer has called us: it is there, so it is tried at once.
    func heard(from destination: Destination, at now: Timestamp) throws {
        let wasDown = try condition(of: destination).map { $0.failures > 0 } ?? false
        try tx.run(
            """
            UPDATE destinations SET failures = 0, next_attempt = 0, trouble = NULL, last_heard = \(now)
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """)
        if wasDown { tx.afterCommit { DeliveryBell.ring(destination) } }
    }

    /// The peer has fetched what waits for it. That does not say that it can be reached, so nothing is tried sooner.
    func fetched(by destination: Destination, at now: Timestamp, withReceipts: Bool) throws {
        let receipt: SQL = withReceipts ? ", last_receipt = \(now)" : ""
        try tx.run(
            """
            UPDATE destinations SET last_heard = \(now), fetched_at = \(now) \(receipt)
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """)
    }

    func failed(_ destination: Destination, _ failure: PeerFailure, at now: Timestamp, jitter: Double) throws {
        try giveUp(destination, at: now)
        let failures = (try condition(of: destination)?.failures ?? 0) + 1
        let wait = max(
            Backoff.milliseconds(afterFailures: failures, jitter: jitter),
            Int64(failure.retryAfter ?? 0) * 1_000)
        try tx.run(
            """
            UPDATE destinations SET failures = \(failures), trouble = \(String(failure.explanation.prefix(500))),
                next_attempt = \(Timestamp(milliseconds: now.milliseconds + wait))
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
            """)
    }

    /// Events that could not be delivered for a week become dead letters; their conversations are held.
    private func giveUp(_ destination: Destination, at now: Timestamp) throws {
        let limit = now - Int(Backoff.givesUpAfter)
        let tooOld: SQL = """
            enterprise = \(destination.enterprise) AND link = \(destination.link) AND code IS NULL
            AND created_at <= \(limit) AND convseq > (
                SELECT settled_out FROM conversations c WHERE c.enterprise = outbox.enterprise
                AND c.link = outbox.link AND c.id = outbox.conversation)
            """
        try tx.run(
            """
            UPDATE conversations SET held_at = \(now)
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link) AND held_at IS NULL
                AND settled_out < last_out AND id IN (SELECT conversation FROM outbox WHERE \(tooOld))
            """)
        try tx.run("UPDATE outbox SET failed_at = \(now), code = \(RejectionCode.undelivered) WHERE \(tooOld)")
    }
}

extension RejectionCode {
    /// Never on the wire: a week has passed without a receipt.
    package static let undelivered = RejectionCode(rawValue: "undelivered")
    /// Never on the wire: the link was closed before.
    package static let linkClosed = RejectionCode(rawValue: "link-closed")
}
