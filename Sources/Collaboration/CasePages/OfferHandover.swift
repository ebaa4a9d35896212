// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// Hands a case to another company, with a clear ask.
package struct OfferHandover: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        package let link: ID<Link>
        package let ask: Ask
        package let acceptBy: Timestamp?
        package let answerBy: Timestamp?

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            link = form.id("link", label: "Company")
            ask = Ask(
                form: form.choice("form", label: "What you need back"),
                text: form.text("text", label: "What exactly you ask", max: 4000, multiline: true))
            acceptBy = form.optionalTime("acceptBy", label: "Accept by")
            answerBy = form.optionalTime("answerBy", label: "Answer by")
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers")
    package static let summary = "Hand a case over to a linked company"
    package static let gives = Gives.creation
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "handOver"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let (desk, input) = (call.desk(tx), call.input)
        return try desk.change(input.number) { item in
            let handover = try desk.offer(
                &item, over: input.link, input.ask, acceptBy: input.acceptBy, answerBy: input.answerBy)
            return .created(
                HandoverView(handover), at: desk.path(to: item.case), notice: "Handed over. You see here what becomes of it.")
        }
    }
}

extension Desk {
    /// Offers a case to the company at the other end of a link.
    package func offer(
        _ item: inout HeldCase, over linkID: ID<Link>, _ ask: Ask, acceptBy: Timestamp?, answerBy: Timestamp?
    ) throws -> Handover {
        guard let link = try links.find(linkID) else { throw Missing.link }
        let others = try handovers.list(of: item.id)
        try check(item.case, link, others, acceptBy: acceptBy, answerBy: answerBy)
        guard let contract = link.contract else { throw OfferRefusal.linkNotActive(company: link.name) }
        let incoming = others.last { $0.direction == .incoming && $0.state == .accepted }
        let handover = Handover(
            caseID: item.id, direction: .outgoing, link: linkID, ask: ask, acceptBy: acceptBy, answerBy: answerBy,
            offeredAt: now, parent: incoming?.id, hopsLeft: (incoming?.hopsLeft ?? Int(Limits.hops) + 1) - 1,
            route: try incoming?.route ?? routeOnward(EventRoute()), trace: .begun())
        guard handover.hopsLeft > 0 else { throw OfferRefusal.tooFar }
        let shareable = try Shareable(item.case, way: wayTo(handover.offeredAt, of: item.case, others), self)
        let disclosures = try shareable.disclosures(under: contract, cameUnder: contractOfOrigin(of: item.case))
        let shared = shareable.offer(
            handover, disclosures, customer: try onwardLabel(of: item.case))
        try add(handover, to: &item)
        try send(shared, about: handover, over: link)
        if shared.question != nil, let question = shareable.question { try messages.widen(question.id, to: link.id) }
        if !shared.attachments.isEmpty { try grant(shareable.attachments, to: link.id) }
        try disclose(disclosures.fields(.beforeAcceptance).sorted { $0.rawValue < $1.rawValue }, of: item.case, to: link)
        try note(handover.event(with: link.name), on: &item, object: handover.id.uuid)
        try advance(&item)
        return handover
    }

    private func check(
        _ item: Case, _ link: Link, _ others: [Handover], acceptBy: Timestamp?, answerBy: Timestamp?
    ) throws {
        guard item.isOpen else { throw OfferRefusal.caseClosed }
        guard link.isActive else { throw OfferRefusal.linkNotActive(company: link.name) }
        guard link.contract?.allows(kind: item.kind) == true else {
            throw OfferRefusal.kindNotInContract(company: link.name)
        }
        guard item.origin == nil || others.contains(where: { $0.direction == .incoming && $0.state == .accepted }) else {
            throw OfferRefusal.notAccepted
        }
        guard item.origin != link.id else { throw OfferRefusal.wouldGoBack(company: link.name) }
        guard !others.contains(where: { $0.link == link.id && !$0.state.isSettled }) else {
            throw OfferRefusal.alreadyAsked(company: link.name)
        }
        if let acceptBy, acceptBy <= now { throw OfferRefusal.acceptByInThePast }
        if let answerBy, answerBy <= acceptBy ?? now { throw OfferRefusal.answerByBeforeAcceptBy }
    }

    /// The contract of the link over which a case came, which says what of it may go on.
    func contractOfOrigin(of item: Case) throws -> Contract? {
        try item.origin.flatMap { try links.find($0)?.contract }
    }
}
