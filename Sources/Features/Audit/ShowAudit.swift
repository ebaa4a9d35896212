// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Formats
import Foundation
import Office
import Storage
import Web

/// The log, filtered by who, what, whose and when.
package struct ShowAudit: Action {
    package struct Input: FormInput {
        let filter: AuditFilter
        let before: Int?
        /// The parts of the address that the filter stands in.
        let query: [(String, String)]

        package init(_ form: inout Form) {
            var filter = AuditFilter()
            filter.deed = form.optionalChoice("deed", label: "Deed")
            let actor: ID<Member>? = form.optionalID("who", label: "Who")
            let customer: ID<Event>? = form.optionalID("customer", label: "Customer")
            let (from, to) = (form.optionalDate("from", label: "From"), form.optionalDate("to", label: "To"))
            filter.actor = actor?.uuid
            filter.customer = customer?.uuid
            filter.since = from.map { form.start(of: $0) }
            filter.until = to.map { form.start(of: $0.next) }
            before = form.optionalInteger("before", label: "Before", in: 1...Int.max)
            self.filter = filter
            let parts: [(String, String?)] = [
                ("deed", filter.deed?.rawValue), ("who", actor.map { "\($0)" }), ("customer", customer.map { "\($0)" }),
                ("from", from?.rawValue), ("to", to?.rawValue),
            ]
            query = parts.compactMap { name, value in value.map { (name, $0) } }
            form.explain("deed", "`saw` a customer, `changed` something, `exported` it, or `sent` it to a customer or company.")
            form.explain("who", "A member's id.")
            form.explain("customer", "The id of the customer whom it concerns.")
            form.explain("to", "The last day, in the reader's time zone.")
            form.explain("before", "Shows what came before this place in the log; an answer's `next` is the value for it.")
        }
    }

    package static let route = Route.get("/{enterprise}/audit")
    package static let summary = "Who saw, changed, exported and sent what, the newest first, fifty at a time"
    package static let access = Permission.auditRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Shown<AuditView, [Event]>> {
        let desk = call.desk(tx)
        let events = try desk.audit(call.input.filter, before: call.input.before, limit: 50)
        let labels = try desk.labels(of: events)
        let scene = try desk.scene(of: events, Moments(call.caller.locale, now: call.now))
        return .show(Shown(AuditView(events.map { AuditLine($0, labels[$0.subject], scene, desk) }, of: 50), from: events))
            .afterwards(call.sightingOfMany(in: .audit, desk))
    }

    package static func page(
        _ output: Shown<AuditView, [Event]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let (desk, input) = (call.desk(tx), call.input)
        let (events, moments) = (output.material ?? [], Moments(call.caller.locale, now: call.now))
        let (labels, scene) = (try desk.labels(of: events), try desk.scene(of: events, moments))
        let root = "/\(desk.enterprise.slug)/audit"
        func address(_ query: [(String, String)]) -> String { query.isEmpty ? root : "\(root)?\(URLText.query(query))" }
        func without(_ name: String) -> String { address(input.query.filter { $0.0 != name }) }
        let customer = try input.filter.customer.flatMap { id in
            try desk.kernel.subjectSorts["customer"]?.labels([id], desk)[id]
        }
        let members = try desk.members.names()
        var model: [String: Model] = [
            "lines": .list(events.map { $0.line(labels[$0.subject], scene, desk.kernel, moments) }), "hasLines": .flag(!events.isEmpty),
            "deeds": .list(
                Deed.allCases.map { deed in
                    let isChosen = input.filter.deed == deed
                    return [
                        "deed": .object([deed.rawValue: true]), "chosen": .flag(isChosen),
                        "href": .text(
                            isChosen
                                ? without("deed") : address(input.query.filter { $0.0 != "deed" } + [("deed", deed.rawValue)])),
                    ]
                }),
            "who": .list(
                members.map { ["value": .text("\($0.id)"), "label": .text($0.name), "selected": .flag($0.id.uuid == input.filter.actor)] }),
            "kept": .list(
                input.query.filter { ["deed", "customer"].contains($0.0) }.map { ["name": .text($0.0), "value": .text($0.1)] }),
            "from": .text(input.query.first { $0.0 == "from" }?.1), "to": .text(input.query.first { $0.0 == "to" }?.1),
            "filtered": .flag(!input.query.isEmpty), "all": .text(root),
            "export": .list(input.query.map { ["name": .text($0.0), "value": .text($0.1)] }),
        ]
        model["customer"] = customer.map { ["name": .text($0.title), "without": .text(without("customer"))] } ?? .none
        model["pager"] = [
            "older": output.view.next.map { .text(address(input.query + [("before", "\($0)")])) } ?? .none,
            "newer": input.before == nil ? .none : .text(address(input.query)),
        ]
        return Page("audit", title: "Audit", model)
    }
}

package struct AuditView: Codable, Sendable {
    package let events: [AuditLine]
    /// As `before` in the address it shows what came before; absent at the end.
    package let next: Int?

    init(_ events: [AuditLine], of limit: Int) {
        self.events = events
        next = events.count == limit ? events.last?.position : nil
    }
}

package struct AuditLine: Codable, Sendable {
    package let position: Int
    package let at: Timestamp
    package let deed: Deed
    package let type: String
    package let actorKind: String
    package let actor: String
    /// How: `session`, `token`, `page`, `link`, `command` or `clock`.
    package let means: String
    package let subject: ID<Event>
    /// What it is called now; absent if it is gone or has no name.
    package let title: String?
    /// What happened, in a sentence.
    package let text: String
    /// What the log keeps of it, by its type.
    package let data: JSONValue

    init(_ event: Event, _ label: SubjectSort.Label?, _ scene: EventScene, _ desk: Desk) {
        text = event.sentence(scene, desk.kernel).description
        position = event.position ?? 0
        at = event.at
        deed = event.deed(desk.kernel)
        type = event.type
        actorKind = event.actorKind
        actor = event.actorName
        means = event.means
        subject = ID(event.subject)
        title = label?.title
        data = event.json
    }
}

extension Event {
    /// What this program cannot read, since a newer one wrote it, was a change of something all the same.
    func deed(_ kernel: Kernel) -> Deed { (try? data(kernel.eventTypes))?.deed ?? .changed }

    /// Of a type that says nothing, or that this program does not know, its name is told.
    func sentence(_ scene: EventScene, _ kernel: Kernel) -> Phrase {
        ((try? data(kernel.eventTypes))?.told(self, scene)) ?? "\(actorName) · \(type)"
    }

    fileprivate func line(
        _ label: SubjectSort.Label?, _ scene: EventScene, _ kernel: Kernel, _ moments: Moments
    ) -> Model {
        [
            "time": .text(moments.clock(at)), "datetime": .text(at.rfc3339), "who": .text(actorName),
            "initials": .text(actorName.initials), "company": .flag(actorKind == "company"),
            "system": .flag(actorKind == "system"), "deed": .object([deed(kernel).rawValue: true]),
            "subject": label.map { ["title": .text($0.title), "href": .text($0.href)] } ?? .none,
            "sentence": .message(sentence(scene, kernel)), "means": .object([means: true]),
        ]
    }
}
