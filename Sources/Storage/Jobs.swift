// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Work to be done outside a transaction, soon or at a given time.
package struct Job: Sendable {
    package let kind: String
    /// JSON.
    package let payload: String
    package let dedupeKey: String?
    /// Whose it is, for those who look at how jobs are getting on.
    package let scope: UUID?

    /// While a job with the same kind and `dedupeKey` waits to be started, another is not added.
    package init(kind: String, payload: some Encodable, dedupeKey: String? = nil, scope: UUID? = nil) throws {
        self.scope = scope
        self.kind = kind
        self.payload = String(decoding: try JSONEncoder().encode(payload), as: UTF8.self)
        self.dedupeKey = dedupeKey
    }
}

/// The durable queue of jobs. A job is added in the transaction that calls for it, survives restarts, and runs at least
/// once: after a crash it runs again, so it must bear to run twice.
package enum Jobs {
    package static let migration = Migration(
        "storage.jobs",
        """
        CREATE TABLE jobs (
            id UUID NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL,
            dedupe_key TEXT,
            due BIGINT NOT NULL,
            lease UUID,
            attempts BIGINT NOT NULL DEFAULT 0,
            error TEXT,
            died_at BIGINT,
            scope UUID,
            UNIQUE (kind, dedupe_key)
        )
        """,
        "CREATE INDEX jobs_due ON jobs (due) WHERE died_at IS NULL",
        "CREATE INDEX jobs_of_scope ON jobs (scope) WHERE scope IS NOT NULL")

    /// Adds a job that runs at `time` or soon after.
    package static func enqueue(_ transaction: Transaction, _ job: Job, at time: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO jobs (id, kind, payload, dedupe_key, due, scope)
            VALUES (\(ID<Job>()), \(job.kind), \(job.payload), \(job.dedupeKey), \(time), \(job.scope))
            ON CONFLICT (kind, dedupe_key) DO UPDATE SET due = CASE WHEN excluded.due < jobs.due
                THEN excluded.due ELSE jobs.due END
            """)
        transaction.afterCommit { JobSignal.send() }
    }

    /// Nothing that has been started waits longer for its next time.
    static let longestWait: Duration = .seconds(3600)

    /// Takes up to `limit` due jobs. One that was put off beyond ``longestWait`` was put off by a clock that was ahead, and
    /// is due too. `due` becomes the lease's end: whoever does not finish by then loses the job.
    /// The job gives up its dedupe key, because what happens from now on it may no longer see.
    static func lease(
        _ transaction: Transaction, kinds: [String], limit: Int, at now: Timestamp, for lease: Duration
    ) throws -> [JobAttempt] {
        let token = ID<JobAttempt>()
        return try transaction.all(
            """
            UPDATE jobs SET lease = \(token), due = \(now.adding(lease)), attempts = attempts + 1, dedupe_key = NULL
            WHERE id IN (
                SELECT id FROM jobs WHERE died_at IS NULL AND kind IN (\(.list(kinds)))
                    AND (due <= \(now) OR due > \(now.adding(longestWait)) AND attempts > 0)
                ORDER BY due LIMIT \(limit) \(.skipLocked)
            )
            RETURNING id, kind, payload, attempts
            """
        ) { row in
            JobAttempt(
                id: try row.next(), kind: try row.next(), payload: try row.next(), number: try row.next(), lease: token)
        }
    }

    /// Makes every leased job due again.
    static func endLeases(_ transaction: Transaction) throws {
        try transaction.run(
            """
            UPDATE jobs SET lease = NULL, due = \(transaction.startedAt) WHERE lease IS NOT NULL AND died_at IS NULL
            """)
    }

    static func finish(_ transaction: Transaction, _ attempt: JobAttempt) throws {
        try transaction.run("DELETE FROM jobs WHERE id = \(attempt.id) AND lease = \(attempt.lease)")
    }

    static func postpone(_ transaction: Transaction, _ attempt: JobAttempt, until time: Timestamp, error: String) throws
    {
        try transaction.run(
            """
            UPDATE jobs SET due = \(time), lease = NULL, error = \(error)
            WHERE id = \(attempt.id) AND lease = \(attempt.lease)
            """)
    }

    static func bury(_ transaction: Transaction, _ attempt: JobAttempt, at now: Timestamp, error: String) throws {
        try transaction.run(
            """
            UPDATE jobs SET died_at = \(now), lease = NULL, error = \(error)
            WHERE id = \(attempt.id) AND lease = \(attempt.lease)
            """)
    }
}

/// Jobs that failed too often. They stay until someone revives or removes them.
package struct DeadJob: Sendable {
    package let id: ID<Job>
    package let kind: String
    package let attempts: Int
    package let error: String
    package let diedAt: Timestamp
}

extension Jobs {
    /// The latest first; those of one scope, or all.
    package static func dead(_ transaction: Transaction, of scope: UUID? = nil, limit: Int) throws -> [DeadJob] {
        let one: SQL = if let scope { "AND scope = \(scope)" } else { "" }
        return try transaction.all(
            """
            SELECT id, kind, attempts, error, died_at FROM jobs WHERE died_at IS NOT NULL \(one)
            ORDER BY died_at DESC LIMIT \(limit)
            """
        ) { row in
            DeadJob(
                id: try row.next(), kind: try row.next(), attempts: try row.next(), error: try row.next(),
                diedAt: try row.next())
        }
    }

    /// A query for how many kinds of a scope's jobs have been given up.
    package static func deadKinds(of scope: UUID) -> SQL {
        "SELECT COUNT(DISTINCT kind) FROM jobs WHERE died_at IS NOT NULL AND scope = \(scope)"
    }

    /// How many wait, of each kind of a scope, and what one of them last said.
    package static func waiting(_ transaction: Transaction, of scope: UUID) throws -> [String: (count: Int, error: String?)] {
        let kinds: [(String, Int, String?)] = try transaction.all(
            "SELECT kind, COUNT(*), MAX(error) FROM jobs WHERE died_at IS NULL AND scope = \(scope) GROUP BY kind"
        ) { try ($0.next(), $0.next(), $0.next()) }
        return Dictionary(kinds.map { ($0.0, ($0.1, $0.2)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Lets a dead job start over.
    /// - Returns: whether there is one, of that scope if one is named.
    @discardableResult
    package static func revive(
        _ transaction: Transaction, _ id: ID<Job>, of scope: UUID? = nil, at time: Timestamp
    ) throws -> Bool {
        let one: SQL = if let scope { "AND scope = \(scope)" } else { "" }
        let revived = try transaction.run(
            """
            UPDATE jobs SET died_at = NULL, attempts = 0, due = \(time) WHERE id = \(id) AND died_at IS NOT NULL \(one)
            """)
        transaction.afterCommit { JobSignal.send() }
        return revived > 0
    }
}
