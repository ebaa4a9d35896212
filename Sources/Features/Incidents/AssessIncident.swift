// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Says how bad an incident is, and what solved it; with a resolution it moves on to "resolved".
struct AssessIncident: Action {
    struct Input: FormInput {
        let number: CaseNumber
        let severity: Incident.Severity
        let resolution: String

        init(_ form: inout Form) {
            number = CaseNumber(&form)
            severity = form.choice("severity", label: "Severity")
            resolution = form.optionalText("resolution", label: "What solved it", max: 4000, multiline: true) ?? ""
        }
    }

    static let route = Route.post("/{enterprise}/cases/{number}/resolution")
    static let summary = "Set an incident's severity and resolution"
    static let access = Permission.casesWrite
    static let retryForm: (any Action.Type)? = ShowCase.self
    static let formName = "resolution"

    static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        var item = try desk.cases.take(call.input.number)
        guard item.kind == Incident.name else { throw Missing.case }
        try desk.assess(&item, Incident(severity: call.input.severity, resolution: call.input.resolution))
        try desk.cases.save(item)
        return .done(goTo: desk.path(to: item), notice: "Saved.")
    }
}

extension Desk {
    func assess(_ item: inout Case, _ incident: Incident) throws {
        let before = try incidents.find(item.id)
        guard before != incident else { return }
        if before == nil { try incidents.add(incident, to: item.id) } else { try incidents.save(incident, of: item.id) }
        try note("incident.assessed", on: &item, detail: incident.severity.rawValue)
        if !incident.resolution.isEmpty, Incident.lifecycle.allows(item.stage, to: "resolved") {
            try move(&item, to: "resolved")
        }
    }
}
