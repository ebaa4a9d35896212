// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Service problems: something does not work, how bad it is, and what was done about it.
package enum Incidents: CaseFeature, OptionalFeature {
    package static let name = "incidents"
    package static let title: Phrase = "Incidents"
    package static let purpose: Phrase = "Problems that customers report, and how bad each is."

    package static let migrations = IncidentSchema.migrations
    package static let kinds: [any CaseKind.Type] = [Incident.self]
    package static let scenes = [DemoFleet.scene]
    package static let actions: [any Operation.Type] = [ReportPage.self, ReportIncident.self]
    package static let events: [any EventPayload.Type] = [IncidentAssessed.self]
    package static let lastingActions: [any Operation.Type] = [AssessIncident.self]
}
