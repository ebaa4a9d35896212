// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The enterprise's customers, and those it knows through a partner.
package struct ListCustomers: Action {
    package struct Input: FormInput {
        package let query: String
        package let after: (name: String, id: ID<Customer>)?

        package init(_ form: inout Form) {
            query = form.optionalText("q", label: "Search", max: 200) ?? ""
            let name = form.optionalText("after", label: "After", max: 200)
            let id: ID<Customer>? = form.optionalID("id", label: "After")
            after = if let name, let id { (name, id) } else { nil }
        }
    }

    package static let route = Route.get("/{enterprise}/customers")
    package static let summary = "Customers by name, fifty at a time"
    package static let access = Permission.customersRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<CustomerListView, [Customer]>> {
        let customers = call.desk(tx).customers
        let found = try customers.list(search: call.input.query, after: call.input.after)
        let counts = try customers.openCases(of: found.map(\.id))
        let lines = found.map { CustomerLine($0, openCases: counts[$0.id] ?? 0) }
        return .show(Shown(CustomerListView(customers: lines, next: found.count == 50 ? lines.last : nil), from: found))
            .afterwards(call.sightingOfMany(in: .customers, call.desk(tx)))
    }

    package static func page(
        _ output: Shown<CustomerListView, [Customer]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = call.desk(tx)
        let root = "/\(desk.enterprise.slug)/customers"
        let found = output.material ?? []
        let names = Dictionary(try desk.members.list().map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let links = Dictionary(
            try desk.links.all(found.compactMap { $0.knownThrough?.link }).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        let rows: [Model] = zip(found, output.view.customers).map { customer, line in
            let through: Model =
                customer.knownThrough.map {
                    ["name": .text($0.company), "colour": .number(links[$0.link]?.colour ?? 12)]
                } ?? .none
            return [
                "href": .text("\(root)/\(customer.id)"), "name": .text(customer.name),
                "organisation": .flag(customer.kind == .organisation), "through": through,
                "place": .text(customer.place), "owner": .text(customer.owner.flatMap { names[$0] }),
                "openCases": .number(line.openCases ?? 0),
            ]
        }
        var model: [String: Model] = ["hasCustomers": .flag(!rows.isEmpty), "customers": .list(rows), "q": .text(call.input.query)]
        if let next = output.view.next {
            let query = URLText.query([("q", call.input.query), ("after", next.name), ("id", "\(next.id)")])
            model["pager"] = ["older": .text("\(root)?\(query)")]
        }
        return Page("customers", title: "Customers", model)
    }
}

package struct CustomerListView: Codable, Sendable {
    package let customers: [CustomerLine]
    /// The last of this page, for `after` and `id`; absent at the end.
    package let next: CustomerLine?
}

package struct CustomerLine: Codable, Sendable {
    package let id: ID<Customer>
    package let name: String
    package let kind: Customer.Kind
    package let place: String
    /// Whose customer it is, if not the enterprise's own.
    package let of: String?
    /// How many of their cases are open; in the list of customers only.
    package let openCases: Int?

    package init(_ customer: Customer, openCases: Int? = nil) {
        self.openCases = openCases
        id = customer.id
        name = customer.name
        kind = customer.kind
        place = customer.place
        of = customer.knownThrough?.company
    }
}

extension CustomerStore {
    package func openCases(of customers: [ID<Customer>]) throws -> [ID<Customer>: Int] {
        let rows: [(ID<Customer>, Int)] = try tx.all(
            """
            SELECT customer, COUNT(*) FROM cases
            WHERE enterprise = \(desk.scope) AND customer IN (\(SQL.list(customers))) AND is_open GROUP BY customer
            """
        ) { try ($0.next(), $0.next()) }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
}
