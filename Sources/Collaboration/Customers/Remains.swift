// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// What was struck out, and may still be in the database's files.
package struct Remains: Sendable {
    private let enterprise: ID<Enterprise>
    private let id: ID<Remains>

    /// Those of every enterprise of the node, 500 at most.
    package static func all(_ tx: Transaction) throws -> [Remains] {
        try tx.all("SELECT enterprise, id FROM remains LIMIT 500") { Remains(enterprise: try $0.next(), id: try $0.next()) }
    }

    /// They are in no file any more.
    package func forget(_ tx: Transaction) throws {
        try tx.run("DELETE FROM remains WHERE enterprise = \(enterprise) AND id = \(id)")
    }
}

extension Desk {
    /// Has what this transaction takes away taken out of the database's files, soon after it, by the feature that erases.
    package func leaveNoRemains() throws {
        try tx.run("INSERT INTO remains (enterprise, id) VALUES (\(scope), \(ID<Remains>()))")
    }
}
