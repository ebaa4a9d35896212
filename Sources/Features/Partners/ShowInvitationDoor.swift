// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What a browser sees at the address of an invitation. The secret is in the address's fragment, which a browser keeps
/// to itself; the page says where to paste it.
package struct ShowInvitationDoor: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/invitation")
    package static let summary = "What to do with the address of an invitation"
    package static let access = Anyone.Requirement.open(because: "whoever was invited may follow the address")

    package static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<EnterpriseView> {
        .show(EnterpriseView(try call.desk(tx).enterprise))
    }

    package static func page(
        _ output: EnterpriseView, _ call: Call<Anyone, Input>, _ tx: Transaction
    ) throws -> Page? {
        Page(
            "invitation-door", title: "An invitation", layout: .public,
            ["enterprise": try call.desk(tx).enterprise.model])
    }
}
