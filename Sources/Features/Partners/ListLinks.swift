// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// The companies whose systems work with this one.
package struct ListLinks: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/links")
    package static let summary = "Linked companies, how the links are getting on, and open invitations"
    package static let access = Permission.linksRead

    package struct View: Codable, Sendable {
        package let links: [LinkView]
        /// Those that wait to be opened.
        package let invitations: [ShowInvitation.View]
    }

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<View> {
        let desk = call.desk(tx)
        let invitations = try InvitationStore(desk.scope, tx).open(at: call.now)
        return .show(
            View(
                links: try desk.links.list().map { try desk.view(of: $0) },
                invitations: invitations.map { ShowInvitation.View($0) }))
    }

    package static func page(_ output: View, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        let desk = call.desk(tx)
        let moments = Moments(call.caller.locale, now: call.now)
        let models = LinkModels(desk: desk, moments: moments)
        let links = try desk.links.list()
        let invitations = try InvitationStore(desk.scope, tx).open(at: call.now)
        let waiting = links.filter { $0.state == .pending && $0.isInviter }
        return Page(
            "links", title: "Partners",
            [
                "live": desk.linkStream,
                "hasLinks": .flag(!links.isEmpty),
                "links": .list(try links.map { try models.row($0, LinkStatus($0, tx)) }),
                "hasInvitations": .flag(!invitations.isEmpty || !waiting.isEmpty),
                "invitations": .list(
                    waiting.map { link in
                        [
                            "href": .text(models.path(link.id)), "label": .text(link.name),
                            "until": .text(moments.clock(link.createdAt + Int(Invitation.lifetime))), "accepted": true,
                        ]
                    }
                        + invitations.map { invitation in
                            [
                                "href": .text("/\(desk.enterprise.slug)/invitations/\(invitation.id)"),
                                "label": .text(invitation.label), "until": .text(moments.clock(invitation.expiresAt)),
                            ]
                        }),
            ])
    }
}
