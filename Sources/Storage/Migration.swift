// SPDX-License-Identifier: Apache-2.0

/// One change of the schema. Its id is permanent; once it has landed, it is never edited.
package struct Migration: Sendable {
    package let id: String
    let statements: [SQL]

    package init(_ id: String, _ statements: SQL...) { self.init(id, statements) }

    /// An empty statement is left out: what one engine needs and the other does not is `SQL.perEngine`.
    package init(_ id: String, _ statements: [SQL]) {
        self.id = id
        self.statements = statements
    }
}

extension Database {
    /// Applies, in order and all or none, the migrations that the database does not have. Processes that start at
    /// once wait for each other. Throws `StorageError.newerSchema` if the database has migrations that are not listed.
    package func migrate(_ migrations: [Migration]) async throws {
        try await write { transaction in
            // The only lock that may take as long as another process's migrations.
            try transaction.runIfAny(.perEngine(sqlite: "", postgres: "SET LOCAL lock_timeout = 0"))
            // An arbitrary number that stands for "Entente's schema".
            try transaction.runIfAny(.perEngine(sqlite: "", postgres: "SELECT pg_advisory_xact_lock(4919132077)"))
            try transaction.run(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    id TEXT NOT NULL PRIMARY KEY,
                    applied_at BIGINT NOT NULL
                )
                """)
            let applied = Set(try transaction.all("SELECT id FROM schema_migrations") { try $0.next() as String })
            let unknown = applied.subtracting(migrations.map(\.id))
            if !unknown.isEmpty { throw StorageError.newerSchema(unknownMigrations: unknown.sorted()) }
            for migration in migrations where !applied.contains(migration.id) {
                for statement in migration.statements { try transaction.runIfAny(statement) }
                try transaction.run(
                    "INSERT INTO schema_migrations (id, applied_at) VALUES (\(migration.id), \(transaction.startedAt))")
            }
        }
    }
}

extension Transaction {
    fileprivate func runIfAny(_ sql: SQL) throws {
        if RenderedSQL(sql, for: engine).text.contains(where: { !$0.isWhitespace }) { try run(sql) }
    }
}
