// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// One link: its state, what waits, its contract, what did not arrive.
package struct ShowLink: Action {
    package struct Input: FormInput {
        let link: ID<Link>

        package init(_ form: inout Form) { link = form.path("link") }
    }

    package static let route = Route.get("/{enterprise}/links/{link}")
    package static let summary = "A link with its state and contract"
    package static let access = Permission.linksRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<LinkView> {
        let desk = call.desk(tx)
        guard let link = try desk.links.find(call.input.link) else { throw Missing.link }
        let letters = try desk.deadLetters.list(of: link.id)
        return .show(try desk.view(of: link, letters: letters))
    }

    package static func page(_ output: LinkView, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        let desk = call.desk(tx)
        guard let link = try desk.links.find(output.id) else { throw Missing.link }
        let models = LinkModels(desk: desk, moments: Moments(call.caller.locale, now: call.now))
        let dead = try desk.deadLetters.list(of: link.id)
        let root = try IdentityStore(desk.scope, tx).root().thumbprint
        return Page(
            "link", verbatimTitle: link.name,
            [
                "live": desk.linkStream, "link": try models.page(link, LinkStatus(link, tx)),
                "contract": link.contract.map { models.contract($0, ownRoot: root) } ?? .none,
                "proposal": try models.proposal(of: link), "propose": models.propose(link),
                "hasDeadLetters": .flag(!dead.isEmpty), "deadLetters": .list(try dead.map(models.deadLetter)),
            ])
    }
}
