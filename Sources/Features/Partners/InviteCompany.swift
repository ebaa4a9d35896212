// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// The form for an invitation.
package struct NewInvitation: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/links/invite")
    package static let summary = "The form to invite a company"
    package static let access = Permission.linksManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        .show(Nothing())
    }

    package static func page(_ output: Nothing, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        Page("invite", title: "Invite a company", [:])
    }
}

/// Makes an invitation; its address is shown once, in the answer.
package struct InviteCompany: Action {
    package struct Input: FormInput {
        let label: String
        let role: Role

        package init(_ form: inout Form) {
            label = form.text("label", label: "Whom do you invite?", max: 200)
            role = form.choice("role", label: "What are they to you?")
        }
    }

    package struct View: Codable, Sendable {
        package let id: ID<LinkInvitation>
        package let label: String
        /// The secret address to send; it cannot be shown again.
        package let url: String
        package let expiresAt: Timestamp
        /// What both will agree to.
        package let terms: TermsView
    }

    package static let route = Route.post("/{enterprise}/invitations")
    package static let summary = "Invite a company to link its system with this one"
    package static let access = Permission.linksManage
    package static let retryForm: (any Action.Type)? = NewInvitation.self
    package static let formName = "invite"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<View> {
        let desk = call.desk(tx)
        let address = try desk.address()
        let (kept, invitation) = try InvitationStore(desk.scope, tx).invite(
            call.input.label, as: call.input.role, kinds: desk.kernel.kinds.offered(by: desk.enterprise).map { $0.name }, from: address,
            at: call.now)
        try desk.record(CompanyInvited(label: kept.label, role: kept.role), on: kept.id.uuid)
        return .show(
            View(
                id: kept.id, label: kept.label, url: invitation.url(allowingPlainLoopback: !call.origin.isHTTPS),
                expiresAt: kept.expiresAt, terms: TermsView(kept)))
    }

    package static func page(_ output: View, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        try InvitationPage(call.desk(tx), Moments(call.caller.locale, now: call.now)).page(output.id, url: output.url)
    }
}

/// An invitation that waits to be opened.
package struct ShowInvitation: Action {
    package struct Input: FormInput {
        let invitation: ID<LinkInvitation>

        package init(_ form: inout Form) { invitation = form.path("invitation") }
    }

    package struct View: Codable, Sendable {
        package let id: ID<LinkInvitation>
        package let label: String
        package let expiresAt: Timestamp
        package let isAccepted: Bool
        /// Once it was opened: who did, and the code to compare.
        package let openedBy: String?
        package let code: String?
        /// What both agree to.
        package let terms: TermsView

        init(_ invitation: LinkInvitation, _ link: Link? = nil) {
            id = invitation.id
            label = invitation.label
            expiresAt = invitation.expiresAt
            isAccepted = invitation.acceptedAt != nil
            openedBy = link?.name
            code = link?.code
            terms = TermsView(invitation)
        }
    }

    package static let route = Route.get("/{enterprise}/invitations/{invitation}")
    package static let summary = "An invitation: whether it was opened, and the code to compare"
    package static let access = Permission.linksManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<View> {
        guard let invitation = try InvitationStore(call.caller.enterprise.id, tx).find(call.input.invitation) else {
            throw Missing.link
        }
        let link = try call.desk(tx).links.find(invitation.link).flatMap { $0.state == .pending ? $0 : nil }
        return .show(View(invitation, link))
    }

    package static func page(_ output: View, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        try InvitationPage(call.desk(tx), Moments(call.caller.locale, now: call.now)).page(output.id, url: nil)
    }
}

/// Takes an invitation back, so that its address opens nothing any more.
package struct WithdrawInvitation: Action {
    package typealias Input = ShowInvitation.Input

    package static let route = Route.post("/{enterprise}/invitations/{invitation}/withdrawal")
    package static let summary = "Withdraw an invitation"
    package static let access = Permission.linksManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let invitations = InvitationStore(call.caller.enterprise.id, tx)
        guard let invitation = try invitations.find(call.input.invitation) else { throw Missing.link }
        try invitations.withdraw(call.input.invitation, at: call.now)
        try call.desk(tx).record(InvitationWithdrawn(label: invitation.label), on: invitation.id.uuid)
        call.desk(tx).announceLinks()
        return .done(goTo: "/\(call.caller.enterprise.slug)/links", notice: "The invitation is withdrawn.")
    }
}

private struct InvitationPage {
    let desk: Desk
    let moments: Moments

    init(_ desk: Desk, _ moments: Moments) {
        self.desk = desk
        self.moments = moments
    }

    func page(_ id: ID<LinkInvitation>, url: String?) throws -> Page {
        guard let invitation = try InvitationStore(desk.scope, desk.tx).find(id) else { throw Missing.link }
        let models = LinkModels(desk: desk, moments: moments)
        let link = try desk.links.find(invitation.link).flatMap { $0.state == .pending ? $0 : nil }
        let base = link.map { models.path($0.id) } ?? "/\(desk.enterprise.slug)/invitations/\(id)"
        return Page(
            "invitation", verbatimTitle: invitation.label,
            [
                // A page that shows the secret cannot be asked for again.
                "live": url == nil ? desk.linkStream : .none,
                "invitation": [
                    "href": .text(base), "label": .text(invitation.label), "url": .text(url),
                    "until": .text(moments.clock(invitation.expiresAt)),
                    "accepted": link.map { ["name": .text($0.name), "code": .text($0.code)] } ?? .none,
                ],
                "contract": models.contract(of: invitation),
            ])
    }
}

extension Desk {
    /// This enterprise's own address.
    package func address() throws -> Address {
        guard let address = Address(host: kernel.host, slug: enterprise.slug) else {
            throw IdentityError.noAddress(kernel.host)
        }
        return address
    }
}
