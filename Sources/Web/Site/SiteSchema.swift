// SPDX-License-Identifier: Apache-2.0
import Storage

extension Site {
    /// The tables of the site itself. They hold nothing that outlives a day.
    package static let migrations: [Migration] = [
        Migration(
            "site-1",
            """
            CREATE TABLE kept_answers (
                place BYTEA NOT NULL PRIMARY KEY, content BYTEA NOT NULL, answer BYTEA, made_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX kept_answers_by_age ON kept_answers (made_at)",
            "CREATE TABLE rate_limits (bucket BYTEA NOT NULL PRIMARY KEY, full_at BIGINT NOT NULL)",
            "CREATE INDEX rate_limits_by_age ON rate_limits (full_at)"
        )
    ]

    /// Forgets answers that nobody may ask for again, and limits that nobody has reached.
    package static func sweep(_ database: Database) async throws {
        try await database.write { tx in
            // What is later than can be was written by a clock that was ahead.
            let (now, day) = (tx.startedAt, 86_400)
            try tx.run("DELETE FROM kept_answers WHERE made_at <= \(now - Repeat.lifetime) OR made_at > \(now + day)")
            try tx.run("DELETE FROM rate_limits WHERE full_at <= \(now) OR full_at > \(now + day + SharedLimits.drift)")
        }
    }
}
