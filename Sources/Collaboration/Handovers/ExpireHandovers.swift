// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage

/// Brings back what nobody accepted in time. That an acceptance is too late is decided when it comes, not here: this
/// only tells everybody.
package enum ExpireHandovers {
    /// Expires what is overdue in every enterprise of the node; may run at any time and twice.
    package static func run(_ kernel: Kernel, _ database: Database) async throws {
        let enterprises = try await database.read { try EnterpriseStore($0).all() }
        for enterprise in enterprises {
            let overdue = try await database.read { tx in
                try Desk(enterprise, .system("clock"), kernel, tx, now: tx.startedAt).handovers.overdue()
            }
            for id in overdue {
                try await database.write { tx in
                    try Desk(enterprise, .system("clock"), kernel, tx, now: tx.startedAt).expire(id)
                }
            }
        }
    }
}

extension Desk {
    package func expire(_ id: ID<Handover>) throws {
        do {
            _ = try move(id, .expire) { HandoverExpiredV1(handover: $0.id.uuid, clock: .accept, at: now.wire) }
        } catch is HandoverRefusal {
            // Somebody was faster: it has been accepted, withdrawn or expired meanwhile.
        }
    }
}
