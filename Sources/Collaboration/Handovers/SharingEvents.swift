// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// A company told us who its customer is. The object is the customer's record here.
package struct ContactShared: CaseEvent {
    package static let type = "contact.shared"
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) shared the customer’s contact." }
}

/// The object is the handover.
package struct ContactCorrected: CaseEvent {
    package static let type = "contact.corrected"
    package let company: String
    package var deed: Deed { .sent }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(scene.handover(of: event)?.company ?? company) was told the corrected contact data."
    }
}

package struct ContactRevoked: CaseEvent {
    package static let type = "contact.revoked"
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(company) took the customer’s contact back; it is deleted here."
    }
}

/// The object is the handover.
package struct SharingTakenBack: CaseEvent {
    package static let type = "sharing.takenBack"
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        let company = scene.handover(of: event)?.company ?? company
        return "\(event.actorName) took back the sharing of their contact data · \(company) was told to delete it"
    }
}

/// A company that has accepted was told what the contract had kept back until then. The object is the handover.
package struct FieldsShared: CaseEvent {
    package static let type = "case.disclosed"
    package static let isShown = false
    package let company: String
    package let fields: [String]
    package var deed: Deed { .sent }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(company) was told: \(fields.joined(separator: ", "))"
    }
}
