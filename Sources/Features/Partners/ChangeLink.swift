// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Networking
import Office
import Storage
import Web

/// A step that an administrator takes with one link, after which its page is shown again.
private protocol LinkStep: Action where As == StaffCaller, Input == ShowLink.Input, Output == LinkView {
    static var notice: Phrase { get }
    static func change(_ id: ID<Link>, _ desk: Desk) throws
}

extension LinkStep {
    package static var access: Permission { .linksManage }

    package static func run(_ call: Call<StaffCaller, ShowLink.Input>, _ tx: Transaction) throws -> Reply<LinkView> {
        let desk = call.desk(tx)
        guard try desk.links.find(call.input.link) != nil else { throw Missing.link }
        try change(call.input.link, desk)
        desk.announceLinks()
        guard let link = try desk.links.find(call.input.link) else { throw Missing.link }
        return .done(
            try desk.view(of: link), goTo: "/\(desk.enterprise.slug)/links/\(link.id)", notice: notice)
    }
}

enum ConfirmLink: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/confirmation")
    static let summary = "Confirm that both sides saw the same code"
    static let notice: Phrase = "Linked. You can hand cases over now."
    static func change(_ id: ID<Link>, _ desk: Desk) throws { _ = try desk.links.confirm(id) }
}

enum RefuseLink: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/refusal")
    static let summary = "Refuse a link whose codes differ"
    static let notice: Phrase = "Refused. Nothing was shared."
    static func change(_ id: ID<Link>, _ desk: Desk) throws { try desk.links.refuse(id, at: desk.now) }
}

enum SuspendLink: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/suspension")
    static let summary = "Suspend a link: nothing goes or comes"
    static let notice: Phrase = "Suspended. What waits goes when you resume."
    static func change(_ id: ID<Link>, _ desk: Desk) throws { _ = try desk.links.suspend(id) }
}

enum ResumeLink: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/resumption")
    static let summary = "Resume a suspended link"
    static let notice: Phrase = "Resumed. What waited is on its way."
    static func change(_ id: ID<Link>, _ desk: Desk) throws { _ = try desk.links.resume(id) }
}

enum AgreeToName: Action {
    struct Input: FormInput {
        let link: ID<Link>
        /// The new name as it was shown, so that nobody agrees to another.
        let name: String?

        init(_ form: inout Form) {
            link = form.path("link")
            name = form.optionalText("name", label: "Name", max: Limits.name)
        }
    }

    static let route = Route.post("/{enterprise}/links/{link}/name")
    static let summary = "Call a linked company what it calls itself by now"
    static let access = Permission.linksManage

    static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<LinkView> {
        let desk = call.desk(tx)
        guard try desk.links.find(call.input.link) != nil else { throw Missing.link }
        let link = try desk.links.agree(toName: call.input.name, of: call.input.link)
        desk.announceLinks()
        return .done(
            try desk.view(of: link), goTo: "/\(desk.enterprise.slug)/links/\(link.id)",
            notice: "They have their new name here from now on.")
    }
}

enum AgreeToContract: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/contract/agreement")
    static let summary = "Agree to the contract that the other side has proposed"
    static let notice: Phrase = "The new contract counts from now on."
    static func change(_ id: ID<Link>, _ desk: Desk) throws {
        _ = try desk.links.agree(id, from: desk.address(), at: desk.now)
    }
}

enum DeclineContract: LinkStep {
    static let route = Route.post("/{enterprise}/links/{link}/contract/refusal")
    static let summary = "Decline the contract that the other side has proposed"
    static let notice: Phrase = "Declined. The contract stays as it is."
    static func change(_ id: ID<Link>, _ desk: Desk) throws {
        _ = try desk.links.decline(id, from: desk.address(), at: desk.now)
    }
}

/// Parts from a linked company.
package struct CloseLink: Action {
    package struct Input: FormInput {
        let link: ID<Link>

        package init(_ form: inout Form) {
            link = form.path("link")
            if !form.flag("sure", label: "Yes, part") { form.reject("sure", "Tick the box to say that you are sure.") }
        }
    }

    package static let route = Route.post("/{enterprise}/links/{link}/closing")
    package static let summary = "Close a link: it drains for 72 hours, then ends for good"
    package static let access = Permission.linksManage
    package static let retryForm: (any Action.Type)? = ShowLink.self
    package static let formName = "closing"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        guard try desk.links.find(call.input.link) != nil else { throw Missing.link }
        _ = try desk.links.part(call.input.link, because: "", from: desk.address(), at: call.now)
        desk.announceLinks()
        return .done(
            goTo: "/\(desk.enterprise.slug)/links/\(call.input.link)",
            notice: "The link closes. What is under way is still delivered for 72 hours.")
    }
}

/// Proposes another rule for one field, or other kinds of case; it counts when the other side agrees.
package struct ProposeContract: Action {
    package struct Input: FormInput {
        let link: ID<Link>
        let kinds: [String]
        let field: SharedField?
        let shared: Sharing?
        let passOn: PassOn?
        let onwardName: String?

        package init(_ form: inout Form) {
            link = form.path("link")
            kinds = form.list("kinds", label: "Kinds of case", max: Limits.code, count: 64)
            field = form.optionalChoice("field", label: "Field")
            shared = form.optionalChoice("shared", label: "Shared")
            passOn = form.optionalChoice("passOn", label: "May be passed on")
            onwardName = form.optionalText("onwardName", label: "Shown to others as", max: Limits.name)
        }
    }

    package static let route = Route.post("/{enterprise}/links/{link}/contract")
    package static let summary = "Propose a change of a link's contract"
    package static let access = Permission.linksManage
    package static let retryForm: (any Action.Type)? = ShowLink.self
    package static let formName = "proposal"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<LinkView> {
        let (desk, input) = (call.desk(tx), call.input)
        guard try desk.links.find(input.link) != nil else { throw Missing.link }
        let root = try IdentityStore(desk.scope, tx).root().thumbprint
        let link = try desk.links.propose(input.link, from: desk.address(), at: call.now) { contract in
            if !input.kinds.isEmpty { contract.kinds = input.kinds }
            if let field = input.field {
                var rule = contract.fields[field] ?? FieldRule(.never, passOn: .never)
                rule.shared = input.shared ?? rule.shared
                rule.passOn = input.passOn ?? rule.passOn
                contract.fields[field] = rule
            }
            if let name = input.onwardName {
                if contract.inviter.rootThumbprint == root {
                    contract.inviter.onwardName = name
                } else {
                    contract.accepter.onwardName = name
                }
            }
        }
        desk.announceLinks()
        return .done(
            try desk.view(of: link), goTo: "/\(desk.enterprise.slug)/links/\(link.id)",
            notice: "Proposed. It counts once the other side agrees.")
    }
}

/// Sends again what did not arrive, or was refused.
package struct SendDeadLetterAgain: Action {
    package struct Input: FormInput {
        let link: ID<Link>
        let letter: ID<Outgoing>

        package init(_ form: inout Form) {
            link = form.path("link")
            letter = form.path("letter")
        }
    }

    package static let route = Route.post("/{enterprise}/links/{link}/dead-letters/{letter}")
    package static let summary = "Send an event again that did not arrive"
    package static let access = Permission.handoversWrite

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        guard try desk.links.find(call.input.link) != nil else { throw Missing.link }
        let letters = desk.deadLetters
        let letter = try letters.list(of: call.input.link).first { $0.id == call.input.letter }
        try letters.sendAgain(call.input.letter, from: desk.address(), at: call.now)
        if let letter, letter.type == HandoverOfferedV1.type { try desk.offerAgain(ID(letter.conversation.uuid)) }
        let item = try letter.flatMap { try desk.handovers.find(ID<Handover>($0.conversation.uuid)) }
            .flatMap { try desk.cases.find($0.caseID) }
        let link = "/\(desk.enterprise.slug)/links/\(call.input.link)"
        return .done(goTo: item.map { desk.path(to: $0) } ?? link, notice: "It is on its way again.")
    }
}
