// SPDX-License-Identifier: Apache-2.0

/// Rows that have been asked for and may still be on their way; valid as long as its transaction.
package struct Later<Element> {
    private let transaction: Transaction
    private let handed: Handed
    private let taken: LaterRows<Element>

    @usableFromInline
    init(_ transaction: Transaction, _ handed: Handed, _ taken: LaterRows<Element>) {
        self.transaction = transaction
        self.handed = handed
        self.taken = taken
    }

    /// Waits for them where it must.
    package var rows: [Element] {
        get throws {
            if !handed.isDone { try transaction.catchUp() }
            // Not where it was undone with a savepoint, or where one row's reading asks for another answer that came with it.
            guard handed.isDone else { throw StorageError.transactionEnded }
            if let refusal = taken.refusal { throw refusal }
            return taken.rows
        }
    }
}

/// What has been read of an answer, or why it could not be.
@usableFromInline
final class LaterRows<Element> {
    @usableFromInline var rows: [Element] = []
    @usableFromInline var refusal: (any Error)?

    @inlinable
    init() {}

    /// Takes a row; false if it could not be read, and no more are wanted.
    @inlinable
    func take(_ row: () throws -> Element) -> Bool {
        do {
            rows.append(try row())
            return true
        } catch {
            refusal = error
            return false
        }
    }
}

/// A statement that a session has been given.
@usableFromInline
final class Handed {
    let text: String
    let visit: (inout Row) -> Bool
    /// Its name at the server, and its values; `nil` for one without.
    var prepared: (name: String, parameters: PostgreSQLParameters)?
    var isDone = false
    /// How many rows it has changed.
    var changed = 0

    init(_ text: String, _ visit: @escaping (inout Row) -> Bool = { _ in true }) {
        self.text = text
        self.visit = visit
    }
}
