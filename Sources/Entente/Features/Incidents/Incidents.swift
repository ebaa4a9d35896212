// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Storage
import Web

/// Service problems: something does not work, how bad it is, and what was done about it.
enum Incidents: CaseFeature {
    static let migrations = IncidentSchema.migrations
    static let kinds: [any CaseKind.Type] = [Incident.self]
    static let actions: [any Operation.Type] = [ReportPage.self, ReportIncident.self, AssessIncident.self]
}
