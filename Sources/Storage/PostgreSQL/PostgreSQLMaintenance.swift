// SPDX-License-Identifier: Apache-2.0

/// What no transaction can do, on a connection of its own.
struct PostgreSQLMaintenance {
    private let connection: PostgreSQLConnection

    init(_ url: String) throws {
        connection = try PostgreSQLConnection(url: url)
        // A table may be in use for longer than a transaction should wait for it.
        try connection.command("SET lock_timeout = '60s'")
    }

    /// Removes rows that are gone, from the indexes too however few they are, and samples of them from the statistics.
    func vacuum() throws { try connection.command("VACUUM (ANALYZE, INDEX_CLEANUP ON)") }

    /// - Returns: whether the log begins anew; that takes a superuser, or the roles `pg_checkpoint` and the right to run
    ///   `pg_switch_wal`.
    func rewrite() throws -> Bool {
        try connection.command("VACUUM (FULL, ANALYZE)")
        // The samples that were there before.
        try connection.command("VACUUM (FULL) pg_catalog.pg_statistic")
        do {
            try connection.command("CHECKPOINT")
            try connection.command("SELECT pg_switch_wal()")
            // Removes, or takes for new entries, the segments before the last.
            try connection.command("CHECKPOINT")
            return true
        } catch StorageError.notAllowed {
            return false
        }
    }
}
