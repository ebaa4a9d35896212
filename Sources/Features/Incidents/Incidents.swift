// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Storage
import Web

/// Service problems: something does not work, how bad it is, and what was done about it.
package enum Incidents: CaseFeature {
    package static let migrations = IncidentSchema.migrations
    package static let kinds: [any CaseKind.Type] = [Incident.self]
    package static let actions: [any Operation.Type] = [ReportPage.self, ReportIncident.self, AssessIncident.self]
}
