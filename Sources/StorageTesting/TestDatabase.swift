// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// A fresh, migrated database for one test:
///
///     @Test(arguments: Engine.allCases)
///     func works(engine: Engine) async throws {
///         let database = try await TestDatabase.make(engine, migrations: [...])
///
/// The migrations run once per process and list of ids, and each test gets a copy; without migrations it is empty. A
/// database is removed after the test lets go of it, and all of them at the end of the process.
package enum TestDatabase {
    package static func make(
        _ engine: Engine, migrations: [Migration] = [], connections: Int = 3
    ) async throws -> Database {
        let database = try await Database.open(
            makeLocation(engine, migrations: migrations), connections: connections)
        await TestTemplates.shared.watch(database)
        return database
    }

    /// The same for tests that open the database themselves, or in another process. It stays until the process ends.
    package static func makeLocation(_ engine: Engine, migrations: [Migration] = []) async throws -> Location {
        try await TestTemplates.shared.copy(engine, migrations)
    }
}

package struct TestDatabaseError: Error, CustomStringConvertible {
    package let description: String
}

/// Migrated databases that new ones are copied from.
private actor TestTemplates {
    static let shared = TestTemplates()

    private struct Key: Hashable {
        let engine: Engine
        let migrations: [String]
    }

    private struct Watched {
        weak var database: Database?
        let location: Location
    }

    private var templates: [Key: Task<Location, any Error>] = [:]
    private var watched: [Watched] = []
    private var count = 0

    func watch(_ database: Database) { watched.append(Watched(database: database, location: database.location)) }

    func copy(_ engine: Engine, _ migrations: [Migration]) async throws -> Location {
        try await removeUnused()
        if migrations.isEmpty { return try await store(engine).create(name("test"), from: nil) }
        let key = Key(engine: engine, migrations: migrations.map(\.id))
        let template = templates[key] ?? Task { try await makeTemplate(engine, migrations) }
        templates[key] = template
        return try await store(engine).create(name("test"), from: try await template.value)
    }

    private func makeTemplate(_ engine: Engine, _ migrations: [Migration]) async throws -> Location {
        let location = try await store(engine).create(name("template"), from: nil)
        let database = try await Database.open(location, connections: 1)
        try await database.migrate(migrations)
        await database.close()
        return location
    }

    private func removeUnused() async throws {
        let unused = watched.filter { $0.database == nil }
        watched.removeAll { $0.database == nil }
        for unused in unused { try await store(unused.location.engine).remove(unused.location) }
    }

    private func name(_ prefix: String) -> String {
        count += 1
        return "\(prefix)_\(count)"
    }

    private func store(_ engine: Engine) async throws -> any TestStore {
        switch engine {
        case .sqlite: try TestFiles.shared.get()
        case .postgres: try await TestServer.shared()
        }
    }
}

/// Where the databases of an engine are made.
protocol TestStore: Sendable {
    func create(_ name: String, from template: Location?) async throws -> Location
    func remove(_ location: Location) async throws
}
