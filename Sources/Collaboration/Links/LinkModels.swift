// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage
import Web

/// What the pages about links show.
struct LinkModels {
    let desk: Desk
    let moments: Moments

    /// `/velora/links/0199…`
    func path(_ link: ID<Link>) -> String { "/\(desk.enterprise.slug)/links/\(link)" }

    func row(_ link: Link, _ status: LinkStatus) throws -> Model {
        let isHosted = try isHostedHere(link)
        return [
            "href": .text(path(link.id)), "name": .text(link.name), "colour": .number(link.colour),
            "role": .object([link.role.rawValue: true]), "address": isHosted ? .none : .text(link.address.description),
            "hostedHere": .flag(isHosted), "state": state(link, status), "openCases": .number(status.openCases),
            "waiting": status.waiting > 0 ? .number(status.waiting) : .none,
            "deadLetters": status.deadLetters > 0 ? .number(status.deadLetters) : .none,
            "lastReceipt": .text(status.lastReceipt.map(moments.ago)),
            "lastReceiptTime": .text(status.lastReceipt?.rfc3339),
            "off": .flag(link.state == .suspended || link.state == .closed),
        ]
    }

    func page(_ link: Link, _ status: LinkStatus) throws -> Model {
        let code: Model = link.state == .pending ? ["code": .text(link.code)] : .none
        return [
            "href": .text(path(link.id)), "name": .text(link.name), "colour": .number(link.colour),
            "newName": .text(link.newName),
            "role": .object([link.role.rawValue: true]), "address": .text(link.address.description),
            "state": state(link, status), "since": .text(moments.clock(link.createdAt)),
            "confirm": link.isInviter ? code : .none, "compare": link.isInviter ? .none : code,
            "inStep": .flag(status.differing.isEmpty),
            "checked": .text(status.checkedAt.map(moments.clock) ?? moments.clock(link.createdAt)),
            "differs": .number(status.differing.count),
            "waiting": status.waiting > 0 ? .number(status.waiting) : .none,
            "nextTry": status.failures > 0 ? .text(moments.clock(status.nextAttempt)) : .none,
            "nextTryTime": status.failures > 0 ? .text(status.nextAttempt.rfc3339) : .none,
            "lastReceipt": .text(status.lastReceipt.map(moments.ago)),
            "lastHeard": .text(status.lastHeard.map(moments.ago)), "sent": .number(status.sent),
            "received": .number(status.received), "isFetched": .flag(status.isFetched), "trouble": .text(status.trouble), "thumbprint": .text(link.root),
            "code": .text(link.code), "canSuspend": .flag(link.state == .active),
            "canResume": .flag(link.state == .suspended),
            "canClose": .flag(link.state == .active || link.state == .suspended),
        ]
    }

    func contract(_ contract: Contract, ownRoot: String) -> Model {
        contractModel(
            contract, shownAs: contract.party(ownRoot)?.onwardName ?? desk.enterprise.name)
    }

    /// A contract that one side has proposed and the other has not answered.
    func proposal(of link: Link) throws -> Model {
        guard let proposal = link.proposal else { return .none }
        let root = try IdentityStore(desk.scope, desk.tx).root().verifyingKey
        let contract = try Contract.verify(proposal, signer: link.isProposalOurs ? root : link.statement().root)
        return [
            "ours": .flag(link.isProposalOurs), "canAnswer": .flag(!link.isProposalOurs && link.state == .active),
            "contract": self.contract(contract, ownRoot: root.thumbprint),
        ]
    }

    /// What a change of the contract can be about; nothing while it cannot be changed.
    func propose(_ link: Link) -> Model {
        guard link.state == .active, link.proposal == nil, let contract = link.contract else { return .none }
        return [
            "kinds": .list(
                desk.kernel.kinds.all.map {
                    [
                        "value": .text($0.name), "label": .message(Web.Message(stringLiteral: $0.title)),
                        "checked": .flag(contract.kinds.contains($0.name)),
                    ]
                }),
            "fields": .list(
                SharedField.allCases.filter { $0 != .title && $0 != .ask }.map {
                    .object($0.model + [("value", .text($0.rawValue))])
                }),
        ]
    }

    /// A contract as it will be, for an invitation that nobody has opened.
    func contract(of invitation: LinkInvitation) -> Model {
        model(
            invitation.role.fields, kinds: invitation.kinds, retention: invitation.role.retention,
            shownAs: desk.enterprise.name)
    }

    private func contractModel(_ contract: Contract, shownAs: String) -> Model {
        model(contract.fields, kinds: contract.kinds, retention: contract.retention, shownAs: shownAs)
    }

    private func model(
        _ fields: [SharedField: FieldRule], kinds: [String], retention: Retention, shownAs: String
    ) -> Model {
        let rows = SharedField.allCases.compactMap { field -> Model? in
            guard let rule = fields[field], field != .title, field != .ask else { return nil }
            return .object(
                field.model + [
                    ("before", .flag(rule.shared == .beforeAcceptance)), ("after", .flag(rule.shared != .never)),
                    ("onward", .flag(rule.passOn != .never)),
                ])
        }
        // That notes stay inside is no rule that a contract could change; people look for it all the same.
        let notes: Model = ["field": ["notes": true]]
        return [
            "fields": .list(rows + [notes]),
            "kinds": .list(kinds.map { ["label": .text(desk.kernel.kinds[$0]?.title ?? $0)] }),
            "shownAs": .text(shownAs),
            "retention": .message(
                "\(Int(retention.daysAfterCase)) days after a case, \(Int(retention.daysAfterLink)) days after the link ends"
            ),
        ]
    }

    func deadLetter(_ letter: DeadLetter) throws -> Model {
        let item = try desk.handovers.find(ID<Handover>(letter.conversation.uuid)).flatMap {
            try desk.cases.find($0.caseID)
        }
        return [
            "what": .text(letter.type.rawValue), "number": .text(item.map { desk.enterprise.reference($0.number) }),
            "caseHref": .text(item.map { desk.path(to: $0) }),
            "reason": .text(letter.reason),
            "time": .text(moments.clock(letter.failedAt)), "datetime": .text(letter.failedAt.rfc3339),
            "sendAgain": letter.canBeSentAgain ? .text("\(path(letter.link))/dead-letters/\(letter.id)") : .none,
        ]
    }

    private func state(_ link: Link, _ status: LinkStatus) -> Model {
        let isUnreachable = link.state == .active && status.failures > 0
        return .object([isUnreachable ? "unreachable" : link.state.rawValue: true])
    }

    private func isHostedHere(_ link: Link) throws -> Bool {
        link.address.host == desk.kernel.host
    }
}
