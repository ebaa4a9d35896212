// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Who saw, changed, exported and sent what.
package enum AuditTrail: Feature {
    package static let migrations = AuditIndex.migrations
    package static let actions: [any Operation.Type] = [ShowAudit.self, ExportAudit.self]
    package static let subscribers: [any Subscriber.Type] = [AuditIndex.self]
    package static let events: [any EventPayload.Type] = [AuditExported.self]
    package static let menu = [Place(.house, 6, "Audit", "audit", for: .auditRead)]
    package static let abilities: [String: Permission] = ["audit": .auditRead]
}

extension Permission {
    package static let auditRead = Permission("audit.read", .administrator)
}

/// The log has left the house. The subject is the enterprise.
struct AuditExported: EventPayload {
    static let type = "audit.exported"
    static let subject = "enterprise"
    /// The filter, as in the page's address.
    let filter: String
    /// What for, in the words of whoever did it.
    let reason: String
    var deed: Deed { .exported }

    func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) exported the audit log: “\(reason)”" }
}
