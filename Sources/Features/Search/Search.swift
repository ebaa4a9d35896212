// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Searches cases with their messages, and customers.
package struct Search: Action {
    package struct Input: FormInput {
        let query: String

        package init(_ form: inout Form) {
            query = form.optionalText("q", label: "Search", max: 200) ?? ""
        }
    }

    package static let route = Route.get("/{enterprise}/search")
    package static let summary = "Search cases, messages and customers; the last word may be unfinished"
    package static let access = Permission.casesRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<SearchView> {
        let desk = call.desk(tx)
        let cases = try desk.cases.search(call.input.query, limit: 30)
        let customers = try desk.customers.search(call.input.query, limit: 20)
        return .show(
            SearchView(cases: cases.map { CaseLineView($0, desk) }, customers: customers.map { CustomerLine($0) })
        ).afterwards(call.input.query.isEmpty ? nil : call.sightingOfMany(in: .search, desk))
    }

    package static func page(
        _ output: SearchView, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let root = "/\(call.caller.enterprise.slug)"
        let cases: [Model] = output.cases.map {
            [
                "href": .text("\(root)/cases/\($0.number)"), "title": .text($0.title), "what": ["case": true],
                "number": .text($0.number), "excerpt": .text($0.customer),
            ]
        }
        let customers: [Model] = output.customers.map {
            [
                "href": .text("\(root)/customers/\($0.id)"), "title": .text($0.name), "what": ["customer": true],
                "excerpt": .text($0.of ?? $0.place),
            ]
        }
        return Page(
            "search", title: "Search",
            [
                "q": .text(call.input.query), "hasResults": .flag(!(cases + customers).isEmpty),
                "results": .list(cases + customers),
            ])
    }
}

package struct SearchView: Codable, Sendable {
    package let cases: [CaseLineView]
    package let customers: [CustomerLine]
}
