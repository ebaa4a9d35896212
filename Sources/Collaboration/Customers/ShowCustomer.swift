// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage
import Web

/// A customer: how to reach them, their cases and what happened in them, and who knows what about them.
package struct ShowCustomer: Action {
    package struct Input: FormInput {
        let customer: ID<Customer>

        package init(_ form: inout Form) { customer = form.path("customer") }
    }

    package static let route = Route.get("/{enterprise}/customers/{customer}")
    package static let summary = "A customer with their contact points and cases"
    package static let access = Permission.customersRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<CustomerView, CustomerFile>> {
        let desk = call.desk(tx)
        let file = try CustomerFile(call.input.customer, desk)
        return .show(Shown(try CustomerView(file, desk), from: file))
    }

    package static func page(
        _ output: Shown<CustomerView, CustomerFile>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try output.material.map {
            try CustomerPage(file: $0, desk: call.desk(tx), moments: Moments(call.caller.locale, now: call.now)).page()
        }
    }
}

package struct CustomerFile: Sendable {
    let customer: Customer
    let points: [ContactPoint]
    let cases: [CaseLine]
    let erasures: [Erasure]

    init(_ id: ID<Customer>, _ desk: Desk) throws {
        guard let customer = try desk.customers.find(id) else { throw Missing.customer }
        self.customer = customer
        points = try desk.customers.contactPoints(of: id)
        var filter = CaseFilter()
        filter.isOpen = nil
        filter.customer = id
        cases = try desk.cases.list(filter, by: nil)
        erasures = try desk.erasures.list(of: id)
    }
}

package struct CustomerView: Codable, Sendable {
    package struct Point: Codable, Sendable {
        package let channel: Channel
        package let value: String
        package let isPreferred: Bool
        package let note: String
    }

    package let id: ID<Customer>
    package let name: String
    package let kind: Customer.Kind
    package let place: String
    package let language: String
    package let owner: ID<Member>?
    package let of: String?
    package let contactPoints: [Point]
    package let cases: [CaseLineView]
    package let erasedAt: Timestamp?
    /// Wishes to erase them, the newest first.
    package let erasures: [ErasureView]

    init(_ file: CustomerFile, _ desk: Desk) throws {
        id = file.customer.id
        name = file.customer.name
        kind = file.customer.kind
        place = file.customer.place
        language = file.customer.language
        owner = file.customer.owner
        of = file.customer.knownThrough?.company
        contactPoints = file.points.map {
            Point(channel: $0.channel, value: $0.value, isPreferred: $0.isPreferred, note: $0.note)
        }
        cases = file.cases.map { CaseLineView($0, desk) }
        erasedAt = file.customer.erasedAt
        erasures = try ErasureView.all(file.erasures, desk)
    }
}

private struct CustomerPage {
    let file: CustomerFile
    let desk: Desk
    let moments: Moments

    func page() throws -> Page {
        let customer = file.customer
        let href = "/\(desk.enterprise.slug)/customers/\(customer.id)"
        let through: Model = try customer.knownThrough.map {
            ["name": .text($0.company), "colour": .number(try desk.links.find($0.link)?.colour ?? 12)]
        } ?? .none
        let members = try desk.members.list()
        return Page(
            "customer", verbatimTitle: customer.name,
            [
                "customer": [
                    "id": .text("\(customer.id)"), "href": .text(href), "action": .text(href + "/erasure"), "name": .text(customer.name),
                    "initials": .text(customer.name.initials), "through": through, "place": .text(customer.place),
                    "organisation": .flag(customer.kind == .organisation), "since": .text(moments.clock(customer.createdAt)),
                    "hidden": .flag(customer.knownThrough != nil), "erased": .flag(customer.erasedAt != nil),
                    "editable": .flag(customer.knownThrough == nil && customer.erasedAt == nil),
                ],
                "theirCases": .list(file.cases.map(row)), "timeline": .list(try timeline),
                "hasPoints": .flag(!file.points.isEmpty),
                "points": .list(
                    file.points.map {
                        [
                            "value": .text($0.value), "note": .text($0.note), "preferred": .flag($0.isPreferred),
                            "channel": .object([$0.channel.rawValue: true]),
                        ]
                    }),
                "owners": .list(
                    members.map {
                        ["value": .text("\($0.id)"), "label": .text($0.name), "selected": .flag($0.id == customer.owner)]
                    }),
                "knows": .list(try knows),
                "erasure": try ErasureModels(desk: desk, moments: moments).card(
                    file.erasures, of: customer.name, action: href + "/erasure"),
                "canErase": .flag(
                    customer.knownThrough == nil && customer.erasedAt == nil
                        && !file.erasures.contains { $0.state == .asked }),
                "forms": [
                    "customer": [
                        "name": ["value": .text(customer.name)], "place": ["value": .text(customer.place)],
                        "language": ["is": .object([customer.language: true])],
                        "kind": ["is": .object([customer.kind.rawValue: true])],
                    ],
                    "contactPoint": ["channel": ["is": ["email": true]]],
                ],
            ])
    }

    private func row(_ line: CaseLine) -> Model {
        let item = line.item
        let kind = desk.kernel.kinds[item.kind]
        return [
            "href": .text(desk.path(to: item)), "number": .text(desk.enterprise.reference(item.number)),
            "subject": .text(item.title), "kindName": .message(kind.map { Web.Message(stringLiteral: $0.title) }),
            "holder": [
                "name": .text(item.holder?.name ?? desk.enterprise.name),
                "colour": .number(item.holder?.colour ?? desk.enterprise.colour),
            ],
            "stageName": .message(kind?.lifecycle.stage(item.stage).map { Web.Message(stringLiteral: $0.title) }),
            "age": .text(moments.ago(item.updatedAt)),
        ]
    }

    /// What was said to and by them, newest first.
    private var timeline: [Model] {
        get throws {
            try file.cases.prefix(10).flatMap { line in
                try desk.messages.list(of: line.item.id, limit: 10).map { ($0, line.item) }
            }.sorted { $0.0.sentAt > $1.0.sentAt }.prefix(20).map { message, item in
                let isTheirs = message.author.kind == .customer
                return [
                    "text": .text("\(message.author.name): \(message.erased == nil ? String(message.body.prefix(140)) : "–")"),
                    "colour": isTheirs ? .none : .number(desk.enterprise.colour),
                    "case": [
                        "href": .text(desk.path(to: item)), "number": .text(desk.enterprise.reference(item.number)),
                    ],
                    "time": .text(moments.clock(message.sentAt)), "datetime": .text(message.sentAt.rfc3339),
                ]
            }
        }
    }

    private var knows: [Model] {
        get throws {
            let entries = try file.cases.flatMap { try desk.disclosed(of: $0.item.id) }
            let asked = try desk.erasures.requests(of: file.erasures).latest
            let outcomes = Dictionary(asked.byCompany.map { ($0.link, $0.outcome) }, uniquingKeysWith: { $1 })
            let models = ErasureModels(desk: desk, moments: moments)
            return try Dictionary(grouping: entries, by: \.link).sorted { $0.key < $1.key }.map { id, entries in
                [
                    "name": .text(entries.last?.company), "colour": .number(try desk.links.find(id)?.colour ?? 12),
                    "outcome": models.model(of: outcomes[id]),
                    "facts": .list(
                        entries.map { entry in
                            .object(
                                entry.field.model + [
                                    ("since", entry.takenBackAt == nil ? .text(moments.clock(entry.at)) : .none),
                                    ("takenBack", .flag(entry.takenBackAt != nil && outcomes[id]?.isErased != true)),
                                ])
                        }),
                ]
            }
        }
    }
}
