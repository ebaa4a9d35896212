// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Entente
import Networking
import Storage

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prepare the database for this version.",
        discussion: "`serve` does it too; run it by itself before several processes start.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.withDatabase { _ in }
        print("The database is ready.")
    }
}

struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a consistent copy of the database to a new file, while it is in use.",
        discussion: "SQLite gives an SQLite file; PostgreSQL gives what pg_dump makes, which must be installed.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file to write; it must not exist.")
    var file: String

    func run() async throws {
        let database = try await Database.open(try await common.settings().database)
        try await database.backUp(to: file)
        await database.close()
        print("The backup is in \(file).")
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fill a new or empty database from a backup.",
        discussion:
            "Nothing may serve the database meanwhile. An existing SQLite file is not overwritten: move it away first."
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "A file that `entente backup` wrote.")
    var file: String

    func run() async throws {
        let location = try await common.settings().database
        try await Database.restore(location, from: file)
        try await common.withDatabase { _ in }
        print("The database is restored from \(file).")
    }
}

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the database anew, so that nothing of what was deleted is left in its files.",
        discussion: """
            SQLite needs it only for a file that another program has changed: a node takes what it erases out of its files \
            by itself. PostgreSQL keeps bytes of deleted rows in its pages, its statistics and its log until this has run. \
            It needs as much space again, and everybody waits meanwhile: choose a quiet hour. Backups keep what they hold.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let isComplete = try await common.withDatabase { try await $0.rewrite() }
        print(
            isComplete
                ? "The database is written anew."
                : """
                The database is written anew, but not its log: this user may not. Let an administrator of the server run \
                CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT;
                """)
    }
}

extension Settings {
    /// Opens the database, brings it up to date, and makes sure that the companies' own keys in it open; those that were
    /// not sealed are, where there is a key.
    func openDatabase() async throws -> Database {
        let database = try await Database.open(self.database, sealing: try sealing)
        do {
            try await database.migrate(Node.migrations)
            let sealed = try await database.write { tx in try OwnSecrets.settle(tx) }
            // As they were, they must not stay in the file.
            if sealed > 0 { try await database.scrub() }
            return database
        } catch {
            await database.close()
            throw error
        }
    }
}

extension CommonOptions {
    /// Opens the configured database, brings it up to date, and closes it afterwards.
    func withDatabase<Value>(_ body: (Database) async throws -> Value) async throws -> Value {
        let database = try await settings().openDatabase()
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}
