// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Searches what features let be found, as far as the viewer may see it.
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

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Shown<SearchView, [Model]>> {
        let desk = call.desk(tx)
        let found = try desk.search(call.input.query, for: call.caller)
            .flatMap { source, found in found.map { (source: source, result: $0) } }
        let models: [Model] = found.map { source, result in
            [
                "href": .text(result.href), "title": .text(result.title), "excerpt": .text(result.excerpt),
                "number": .text(result.number), "sort": .message(source.title),
            ]
        }
        return .show(Shown(SearchView(results: found.map { .init($0.result, sort: $0.source.sort) }), from: models))
            .afterwards(call.input.query.isEmpty ? nil : call.sightingOfMany(in: .search, desk))
    }

    package static func page(
        _ output: Shown<SearchView, [Model]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let results = output.material ?? []
        return Page(
            "search", title: "Search",
            ["q": .text(call.input.query), "hasResults": .flag(!results.isEmpty), "results": .list(results)])
    }
}

package struct SearchView: Codable, Sendable {
    package struct Result: Codable, Sendable {
        /// Such as `case` or `customer`.
        package let sort: String
        package let title: String
        package let number: String?
        /// What tells it from others of its title.
        package let excerpt: String?
        /// Its page on this node.
        package let href: String

        init(_ found: Found, sort: String) {
            self.sort = sort
            title = found.title
            number = found.number
            excerpt = found.excerpt
            href = found.href
        }
    }

    /// The best of each sort first.
    package let results: [Result]
}
