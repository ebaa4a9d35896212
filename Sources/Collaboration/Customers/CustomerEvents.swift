// SPDX-License-Identifier: Apache-2.0
import Office
import Web

package struct CustomerAdded: EventPayload {
    package static let type = "customer.added"
    package static let subject = "customer"
    package static let personal: Set<String> = ["name"]
    package let name: String
    /// Whose customer they are, if not the enterprise's own.
    package let of: String?

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) added the customer \(name)" }
}

/// Their record, their contact points, or how they want to be reached.
package struct CustomerChanged: EventPayload {
    package static let type = "customer.changed"
    package static let subject = "customer"
    package static let personal: Set<String> = ["from", "to"]
    package let changes: [FieldChange]

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) changed a customer · \(changes.told)"
    }
}

package struct CustomerErased: EventPayload {
    package static let type = "customer.erased"
    package static let subject = "customer"

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) erased a customer" }
}

/// Somebody has seen who they are and how to reach them, here or at a case; once an hour is enough to know.
package struct CustomerSeen: EventPayload {
    package static let type = "customer.seen"
    package static let subject = "customer"
    /// The case at which they were seen, by its number; `nil` for their own page.
    package let at: String?
    package var deed: Deed { .saw }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        at.map { "\(event.actorName) saw the customer at \($0)" } ?? "\(event.actorName) saw the customer’s page"
    }
}

/// Somebody has seen many customers' names; once an hour is enough to know. The subject is the enterprise.
package struct CustomersSeen: EventPayload {
    package enum List: String, Codable, Sendable { case customers, search, cases, audit }

    package static let type = "customers.seen"
    package static let subject = "enterprise"
    package let list: List
    package var deed: Deed { .saw }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        switch list {
        case .customers: "\(event.actorName) saw the list of customers"
        case .search: "\(event.actorName) searched"
        case .cases: "\(event.actorName) saw the list of cases"
        case .audit: "\(event.actorName) read the audit log"
        }
    }
}

extension Customer {
    /// As the log names them where they do something themselves.
    package var actor: Actor { .customer(id.uuid, name: name) }
}
