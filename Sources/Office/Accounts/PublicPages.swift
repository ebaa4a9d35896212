// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// The companies of this node.
package struct ShowHome: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/")
    package static let summary = "The companies of this node"
    package static let access = Anyone.Requirement.open(because: "customers begin here")

    package static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<[EnterpriseView]> {
        .show(try EnterpriseStore(tx).all().map(EnterpriseView.init))
    }

    package static func page(
        _ output: [EnterpriseView], _ call: Call<Anyone, Input>, _ tx: Transaction
    ) throws -> Page? {
        let enterprises = try EnterpriseStore(tx).all().map(\.model)
        return Page("home", title: "Welcome", layout: .bare, ["enterprises": .list(enterprises)])
    }
}

package struct EnterpriseView: Codable, Sendable {
    package let slug: String
    package let name: String
    package let place: String

    package init(_ enterprise: Enterprise) {
        slug = enterprise.slug
        name = enterprise.name
        place = enterprise.place
    }
}

/// A company's public page.
package struct ShowFront: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}")
    package static let summary = "A company's public page"
    package static let access = Anyone.Requirement.open(because: "customers begin here")

    package static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<EnterpriseView> {
        .show(EnterpriseView(try call.desk(tx).enterprise))
    }

    package static func page(
        _ output: EnterpriseView, _ call: Call<Anyone, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = try call.desk(tx)
        let doors: [Model] = desk.kernel.doors.filter { desk.enterprise.has($0.feature) }.map { (door: Door) -> Model in
            [
                "href": .text("/\(desk.enterprise.slug)/\(door.path)"),
                "label": .message(Phrase(stringLiteral: door.label)),
                "hint": .message(Phrase(stringLiteral: door.hint)),
            ]
        }
        return Page(
            "front", verbatimTitle: desk.enterprise.name, layout: .public,
            ["enterprise": desk.enterprise.model, "doors": .list(doors)])
    }
}
