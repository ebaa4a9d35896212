// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// The form for the address of an invitation.
package struct NewLink: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/links/open")
    package static let summary = "The form to open an invitation"
    package static let access = Permission.linksManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        .show(Nothing())
    }

    package static func page(_ output: Nothing, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        Page("open-invitation", title: "Open an invitation", [:])
    }
}

/// What an invitation offers, as its maker's system says.
package struct InvitationView: Codable, Sendable {
    package let url: String
    package let name: String
    package let colour: Int
    package let address: String
    package let rootThumbprint: String
    /// What the inviting company calls this one: `partner`, `supplier` or `customer`.
    package let role: String
    /// Canonical JSON.
    package let contract: String
    /// The same, in short.
    package let terms: TermsView
    /// Once accepted: the code to compare.
    package let code: String?

    init(_ opened: OpenedInvitation, url: String, code: String? = nil) {
        self.url = url
        name = opened.inviter.name
        colour = opened.inviter.colour
        address = opened.inviter.address.description
        rootThumbprint = opened.inviter.root.thumbprint
        role = opened.contract.role.rawValue
        contract = String(decoding: opened.contract.canonicalBytes, as: UTF8.self)
        // The contract has two parties, and the other is us.
        terms = TermsView(opened.contract, ownRoot: opened.contract.accepter.rootThumbprint)
        self.code = code
    }

    func page(_ desk: Desk, _ moments: Moments) throws -> Page {
        let contract = try Contract(JSONValue(parsing: self.contract.utf8))
        let root = try IdentityStore(desk.scope, desk.tx).root().thumbprint
        return Page(
            "open-invitation", title: "Open an invitation",
            [
                "from": [
                    "name": .text(name), "colour": .number(colour), "address": .text(address),
                    "thumbprint": .text(rootThumbprint), "role": .object([role: true]), "url": .text(url),
                ],
                "url": .text(url),
                "contract": LinkModels(desk: desk, moments: moments).contract(contract, ownRoot: root),
                "colours": .list((1...12).map { ["value": .number($0), "selected": .flag($0 == colour)] }),
            ])
    }
}

/// Asks who sent an invitation and what they offer. Nothing is agreed by it.
package struct OpenInvitation: AsyncAction {
    package struct Input: FormInput {
        let url: String

        package init(_ form: inout Form) { url = form.text("url", label: "Address", max: 2000) }
    }

    package static let route = Route.post("/{enterprise}/links/open")
    package static let summary = "See who invites, and to which contract"
    package static let access = Permission.linksManage
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60))
    package static let retryForm: (any Action.Type)? = NewLink.self

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<
        InvitationView
    > {
        let node = try call.exchange()
        let opened = try await node.open(call.input.url, for: call.caller.enterprise)
        return .show(InvitationView(opened, url: call.input.url))
    }

    package static func page(_ output: InvitationView, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws
        -> Page?
    {
        try output.page(call.desk(tx), Moments(call.caller.locale, now: call.now))
    }
}

/// Accepts an invitation under its contract; the link counts once the codes were compared.
package struct AcceptInvitation: AsyncAction {
    package struct Input: FormInput {
        let url: String
        let colour: Int?

        package init(_ form: inout Form) {
            url = form.text("url", label: "Address", max: 2000)
            colour = form.optionalInteger("colour", label: "Colour", in: 1...12)
        }
    }

    package static let route = Route.post("/{enterprise}/links")
    package static let summary = "Accept an invitation"
    package static let access = Permission.linksManage
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60))
    package static let retryForm: (any Action.Type)? = NewLink.self

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<
        InvitationView
    > {
        let node = try call.exchange()
        let opened = try await node.open(call.input.url, for: call.caller.enterprise)
        let link = try await node.accept(
            opened, for: call.caller.enterprise, colour: call.input.colour ?? opened.inviter.colour)
        return .done(
            InvitationView(opened, url: call.input.url, code: link.code),
            goTo: "/\(call.caller.enterprise.slug)/links/\(link.id)", notice: "Accepted. Compare the code.")
    }
}

extension Call {
    fileprivate func exchange() throws -> ExchangeNode {
        guard let node = services.exchange else {
            throw LinkingError.unreachable("this node takes no part in the exchange")
        }
        return node
    }
}
