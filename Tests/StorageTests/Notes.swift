// SPDX-License-Identifier: Apache-2.0
import Storage
import Synchronization

/// What the tests store.
enum Note {}

let notes = [
    Migration(
        "notes",
        """
        CREATE TABLE notes (
            id UUID NOT NULL PRIMARY KEY,
            text TEXT NOT NULL CONSTRAINT not_forbidden CHECK (text <> 'forbidden'),
            number BIGINT,
            parent UUID REFERENCES notes (id)
        )
        """,
        "CREATE UNIQUE INDEX notes_number ON notes (number, text)")
]

@discardableResult
func insert(
    _ text: String, _ transaction: Transaction, id: ID<Note> = ID(), number: Int? = nil, parent: ID<Note>? = nil
) throws -> ID<Note> {
    try transaction.run(
        "INSERT INTO notes (id, text, number, parent) VALUES (\(id), \(text), \(number), \(parent))")
    return id
}

@discardableResult
func texts(_ database: Database) async throws -> [String] {
    try await database.read { transaction in
        try transaction.all("SELECT text FROM notes ORDER BY id") { try $0.next() }
    }
}

struct Refusal: Error {}

/// What has run, in order.
final class Ran: Sendable {
    private let list = Mutex<[String]>([])

    func add(_ name: String) { list.withLock { $0.append(name) } }
    var names: [String] { list.withLock { $0 } }
}
