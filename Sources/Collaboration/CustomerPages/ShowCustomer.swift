// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// A customer: how to reach them, their cases and what happened in them, and who knows what about them.
package struct ShowCustomer: Action {
    package struct Input: FormInput {
        package let customer: ID<Customer>

        package init(_ form: inout Form) { customer = form.path("customer") }
    }

    package static let route = Route.get("/{enterprise}/customers/{customer}")
    package static let summary = "A customer with their contact points and cases"
    package static let access = Permission.customersRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<CustomerView, CustomerFile>> {
        let desk = call.desk(tx)
        let file = try CustomerFile(call.input.customer, for: call.caller, desk)
        return .show(Shown(try CustomerView(file, desk), from: file))
            .afterwards(call.sighting(of: file.customer.id, at: nil, desk))
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
    let sections: Sections
    /// What was said to and by them, newest first.
    let said: [(message: Message, item: Case)]
    let knowing: [KnowingCompany]

    init(_ id: ID<Customer>, for viewer: StaffCaller, _ desk: Desk) throws {
        guard let customer = try desk.customers.find(id) else { throw Missing.customer }
        self.customer = customer
        points = try desk.customers.contactPoints(of: id)
        var filter = CaseFilter()
        filter.isOpen = nil
        filter.customer = id
        cases = try desk.cases.list(filter, by: nil)
        sections = try desk.sections(of: CustomerShown(customer: customer, viewer: viewer))
        let items = Dictionary(cases.map { ($0.item.id, $0.item) }, uniquingKeysWith: { first, _ in first })
        said = try desk.messages.newest(of: cases.prefix(10).map(\.item.id), limit: 20).compactMap { message in
            items[message.caseID].map { (message, $0) }
        }
        knowing = try desk.knowing(desk.disclosed(of: cases.map(\.item.id)), beyond: [], of: .customer(id))
    }
}

package struct CustomerView: Codable, Sendable {
    /// Something said in one of their cases.
    package struct Said: Codable, Sendable {
        package let number: String
        package let author: String
        package let authorKind: Message.Author.Kind
        package let text: String
        package let sentAt: Timestamp
    }

    package let id: ID<Customer>
    package let name: String
    package let kind: Customer.Kind
    package let place: String
    package let language: String
    package let owner: ID<Member>?
    package let of: String?
    package let contactPoints: [ContactPointView]
    package let cases: [CaseLineView]
    package let createdAt: Timestamp
    /// The newest of their ten cases that changed last.
    package let said: [Said]
    /// Who knows what about them.
    package let sharing: [KnowingCompany]
    package let erasedAt: Timestamp?
    /// What features add, by their names.
    package let sections: Sections

    init(_ file: CustomerFile, _ desk: Desk) throws {
        id = file.customer.id
        name = file.customer.name
        kind = file.customer.kind
        place = file.customer.place
        language = file.customer.language
        owner = file.customer.owner
        of = file.customer.knownThrough?.company
        contactPoints = file.points.map(ContactPointView.init)
        cases = file.cases.map { CaseLineView($0, desk) }
        createdAt = file.customer.createdAt
        said = file.said.map { message, item in
            Said(
                number: desk.enterprise.reference(item.number), author: message.author.name,
                authorKind: message.author.kind, text: message.body, sentAt: message.sentAt)
        }
        sharing = file.knowing
        erasedAt = file.customer.erasedAt
        sections = file.sections
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
                    "id": .text("\(customer.id)"), "href": .text(href), "name": .text(customer.name),
                    "initials": .text(customer.name.initials), "through": through, "place": .text(customer.place),
                    "organisation": .flag(customer.kind == .organisation), "since": .text(moments.clock(customer.createdAt)),
                    "hidden": .flag(customer.knownThrough != nil), "erased": .flag(customer.erasedAt != nil),
                    "editable": .flag(customer.knownThrough == nil && customer.erasedAt == nil),
                ],
                "theirCases": .list(file.cases.map(row)), "timeline": .list(timeline),
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
                "knows": .list(file.knowing.map { .object($0.model(moments)) }),
                "sections": try file.sections.model(desk, moments),
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
            "subject": .text(item.title), "kindName": .message(kind.map { Phrase(stringLiteral: $0.title) }),
            "holder": [
                "name": .companyName(item.holder?.name ?? desk.enterprise.name),
                "colour": .number(item.holder?.colour ?? desk.enterprise.colour),
            ],
            "stageName": .message(kind?.lifecycle.stage(item.stage).map { Phrase(stringLiteral: $0.title) }),
            "age": .text(moments.ago(item.updatedAt)),
        ]
    }

    private var timeline: [Model] {
        file.said.map { message, item in
            let isTheirs = message.author.kind == .customer
            return [
                "text": .text("\(message.author.name): \(message.erased == nil ? String(message.body.prefix(140)) : "–")"),
                "colour": isTheirs ? .none : .number(desk.enterprise.colour),
                "case": ["href": .text(desk.path(to: item)), "number": .text(desk.enterprise.reference(item.number))],
                "time": .text(moments.clock(message.sentAt)), "datetime": .text(message.sentAt.rfc3339),
            ]
        }
    }
}
