// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Entente
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

extension CommonOptions {
    /// Opens the configured database, brings it up to date, and closes it afterwards.
    func withDatabase<Value>(_ body: (Database) async throws -> Value) async throws -> Value {
        let database = try await Database.open(try await settings().database)
        do {
            try await database.migrate(Node.migrations)
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}
