// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Networking
import Office
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

    func contract(_ contract: Contract, ownRoot: String) -> Model { model(TermsView(contract, ownRoot: ownRoot)) }

    /// A contract that one side has proposed and the other has not answered.
    func proposal(of link: Link) throws -> Model {
        guard let terms = try desk.proposedTerms(of: link) else { return .none }
        return [
            "ours": .flag(link.isProposalOurs), "canAnswer": .flag(!link.isProposalOurs && link.state == .active),
            "contract": model(terms),
        ]
    }

    /// What a change of the contract can be about; nothing while it cannot be changed.
    func propose(_ link: Link) -> Model {
        guard link.state == .active, link.proposal == nil, let contract = link.contract else { return .none }
        return [
            "kinds": .list(
                desk.kernel.kinds.all.filter { kind in
                    contract.kinds.contains(kind.name) || desk.kernel.kinds.offered(by: desk.enterprise).contains { $0.name == kind.name }
                }.map {
                    [
                        "value": .text($0.name), "label": .message(Phrase(stringLiteral: $0.title)),
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
    func contract(of invitation: LinkInvitation) -> Model { model(TermsView(invitation)) }

    private func model(_ terms: TermsView) -> Model {
        let rows = SharedField.allCases.filter { $0 != .title && $0 != .ask }.map { field in
            let isBefore = terms.withOffer.contains(field.rawValue)
            return Model.object(
                field.model + [
                    ("before", .flag(isBefore)), ("after", .flag(isBefore || terms.onceAccepted.contains(field.rawValue))),
                    ("onward", .flag(terms.passedOn.contains(field.rawValue))),
                ])
        }
        func words(_ fields: [String]) -> Model {
            .list(fields.compactMap(SharedField.init).filter { $0 != .title && $0 != .ask }.map { .object($0.model) })
        }
        // That notes stay inside is no rule that a contract could change; people look for it all the same.
        let notes: Model = ["field": ["notes": true]]
        return [
            "fields": .list(rows + [notes]), "withOffer": words(terms.withOffer), "onceAccepted": words(terms.onceAccepted),
            "never": words(terms.never), "passedOn": words(terms.passedOn),
            "kinds": .list(terms.kinds.map { ["label": .message(Phrase(stringLiteral: desk.kernel.kinds[$0]?.title ?? $0))] }),
            "shownAs": .companyName(terms.shownAs), "theyAreShownAs": .companyName(terms.theyAreShownAs),
            "retention": .message(
                "\(terms.daysAfterCase) days after a case, \(terms.daysAfterLink) days after the link ends"
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
