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
        return try desk.change(call.input.number) { item in
            guard item.kind == Incident.name else { throw Missing.case }
            try desk.assess(&item, Incident(severity: call.input.severity, resolution: call.input.resolution))
            return .done(goTo: desk.path(to: item.case), notice: "Saved.")
        }
    }
}

extension Desk {
    func assess(_ item: inout HeldCase, _ incident: Incident) throws {
        let before = try incidents.find(item.id)
        guard before != incident else { return }
        if before == nil { try incidents.add(incident, to: item.id) } else { try incidents.save(incident, of: item.id) }
        try note(IncidentAssessed(from: before?.severity, to: incident.severity), on: &item)
        if !incident.resolution.isEmpty, Incident.lifecycle.allows(item.stage, to: "resolved") {
            try move(&item, to: "resolved")
        }
    }
}

struct IncidentAssessed: CaseEvent {
    static let type = "incident.assessed"
    let from: Incident.Severity?
    let to: Incident.Severity

    func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) assessed it: \(Phrase(stringLiteral: to.title))"
    }
}
