// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// The public form for a problem.
struct ReportPage: Action {
    typealias Input = NoInput

    static let route = Route.get("/{enterprise}/report")
    static let summary = "The form for a problem"
    static let access = Anyone.Requirement.open(because: "customers need no account to report a problem")

    static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<EnterpriseView> {
        .show(EnterpriseView(try call.desk(tx).enterprise))
    }

    static func page(_ output: EnterpriseView, _ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Page? {
        let enterprise = try call.desk(tx).enterprise
        return Page(
            "incident-report", title: "Report a problem", layout: .public,
            ["enterprise": enterprise.model, "forms": ["report": ["channel": ["is": ["email": true]]]]])
    }
}

/// A customer reports a problem and gets a page of their own to follow it.
struct ReportIncident: Action {
    struct Input: FormInput {
        let subject: String
        let text: String
        let severity: Incident.Severity
        let about: ProductFields
        let customer: CustomerFields

        init(_ form: inout Form) {
            subject = form.text("subject", label: "What is wrong", max: 200)
            text = form.text("text", label: "What happened", max: 10_000, multiline: true)
            severity = form.choice("severity", label: "How bad is it?")
            about = ProductFields(&form)
            customer = CustomerFields(&form)
        }
    }

    static let route = Route.post("/{enterprise}/report")
    static let summary = "Report a problem"
    static let gives = Gives.creation
    static let access = Anyone.Requirement.open(because: "customers need no account to report a problem")
    static let retryForm: (any Action.Type)? = ReportPage.self
    static let formName = "report"
    static let limit: RateLimit? = RateLimit(10, per: .seconds(60), isShared: true)

    static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<Followed> {
        let (desk, input) = (try call.desk(tx), call.input)
        let customer = try input.customer.add(language: call.caller.locale.language, desk)
        let incident = Incident(severity: input.severity, resolution: "")
        var draft = CaseDraft(
            kind: Incident.name, title: input.subject, body: input.text,
            author: .init(.customer, name: customer.name), audience: Audience(customer: true))
        draft.customer = customer.id
        draft.priority = incident.priority
        input.about.fill(&draft)
        let item = try desk.acting(as: customer.actor).open(draft).case
        try desk.incidents.add(incident, to: item.id)
        return try Followed.reply(item, desk)
    }
}
