// SPDX-License-Identifier: Apache-2.0

/// What no transaction can do, on a connection of its own.
struct PostgreSQLMaintenance {
    private let connection: PostgreSQLConnection

    init(_ url: String) throws {
        connection = try PostgreSQLConnection(url: url)
        // A table may be in use for longer than a transaction should wait for it.
        try connection.command("SET lock_timeout = '60s'")
    }

    /// The number below which all transactions are that have committed by now.
    func mark() throws -> Int {
        try number("SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)")
    }

    /// Removes rows that were gone before `mark`, from the indexes too however few they are, and samples of them from the
    /// statistics. Throws `StorageError.busy` while somebody may still see such a row.
    func vacuum(past mark: Int) throws {
        try requireNobodySees(before: mark)
        try connection.command("VACUUM (ANALYZE, INDEX_CLEANUP ON)")
    }

    /// Throws `StorageError.busy` while somebody may still see a row that was gone before `mark`.
    /// - Returns: whether the log begins anew; that takes a superuser, or the roles `pg_checkpoint` and the right to run
    ///   `pg_switch_wal`.
    func rewrite(past mark: Int) throws -> Bool {
        try requireNobodySees(before: mark)
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

    /// VACUUM says nothing of rows that it has to leave because an older snapshot may still need them.
    private func requireNobodySees(before mark: Int) throws {
        // First the transactions, of whatever database: a snapshot is as old as the oldest that runs when it is taken.
        // Once none is older than the mark, no new snapshot is, and only those that are there already are left to look at.
        let oldest = try number("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)")
        guard oldest >= mark else { throw StorageError.busy }
        // Numbers in 32 bits, which only `age` compares rightly. Sessions without a database send the log to a standby.
        // What VACUUM itself sees holds nothing back, nor does a slot that is lost.
        let holders = try number(
            """
            SELECT COUNT(*) FROM (
                SELECT backend_xmin AS held FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
                    AND (datid IS NULL OR datid = (SELECT oid FROM pg_database WHERE datname = current_database()))
                UNION ALL
                SELECT xmin FROM pg_replication_slots WHERE wal_status IS DISTINCT FROM 'lost'
            ) AS holders
            WHERE held IS NOT NULL AND age(held) > age(CAST(CAST(CAST(\(mark) AS TEXT) AS xid8) AS xid))
            """)
        guard holders == 0 else { throw StorageError.busy }
    }

    private func number(_ sql: SQL) throws -> Int {
        guard let number = try Transaction(.postgres, connection).first(sql, { try $0.next() as Int }) else {
            throw StorageError.unexpectedValue(expected: "a number", found: "nothing")
        }
        return number
    }
}
