// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@Suite("Migrations")
struct MigrationTests {
    private let more = notes + [Migration("notes.colour", "ALTER TABLE notes ADD COLUMN colour TEXT")]

    @Test("run once, and new ones on what is there", arguments: Engine.allCases)
    func again(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: notes)
        try await database.write { try insert("kept", $0) }
        _ = try await database.read { try $0.all("SELECT * FROM notes") { try $0.next() as UUID } }
        try await database.migrate(more)
        try await database.migrate(more)
        #expect(try await texts(database) == ["kept"])
        // The statement was prepared before the table changed.
        let ids = try await database.read { try $0.all("SELECT * FROM notes") { try $0.next() as UUID } }
        #expect(ids.count == 1)
    }

    @Test("are applied all or none", arguments: Engine.allCases)
    func atomic(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine)
        await #expect(throws: StorageError.self) {
            try await database.migrate(notes + [Migration("wrong", "CREATE TABLE notes (id UUID)")])
        }
        try await database.migrate(notes)
        #expect(try await texts(database) == [])
    }

    @Test("of a newer program are not overlooked", arguments: Engine.allCases)
    func newer(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: more)
        await #expect(throws: StorageError.newerSchema(unknownMigrations: ["notes.colour"])) {
            try await database.migrate(notes)
        }
    }

    @Test("of several processes that start at once wait for each other", arguments: Engine.allCases)
    func atOnce(engine: Engine) async throws {
        let location = try await TestDatabase.makeLocation(engine)
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await Database.open(location, connections: 1)
                    try await database.migrate(more)
                    await database.close()
                }
            }
            try await group.waitForAll()
        }
    }
}
