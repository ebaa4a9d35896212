// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// The way of a case as this enterprise sees it.
    /// - Parameters:
    ///   - known: links that have been read already.
    ///   - ledger: what the case disclosed, if that has been read already.
    package func journey(
        of item: Case, _ handovers: [Handover], knowing known: [ID<Link>: Link] = [:], _ ledger: [Disclosed]? = nil
    ) throws -> Journey {
        let incoming = handovers.last { $0.direction == .incoming }
        let own = JourneyStep(
            id: "\(incoming.map { $0.id.uuid } ?? item.id.uuid)", company: enterprise.name, colour: enterprise.colour,
            since: incoming?.offeredAt ?? item.openedAt, until: incoming?.settledAt ?? item.closedAt,
            ask: incoming?.ask.form, due: incoming?.due, state: incoming?.state)
        let ledger = try ledger ?? disclosed(of: item.id)
        let branches = try handovers.filter { $0.direction == .outgoing }.map { handover in
            let link = try known[handover.link] ?? links.find(handover.link)
            let peer = JourneyStep(
                id: "\(handover.id)", company: link?.name ?? "", colour: link?.colour ?? 12, since: handover.offeredAt,
                until: handover.settledAt, ask: handover.ask.form, due: handover.due, state: handover.state,
                sees: ledger.filter { $0.link == handover.link && $0.takenBackAt == nil }.map(\.field.rawValue))
            // What a company says of others counts only while, and after, it has the matter by its own acceptance.
            let beyond = handover.acceptedAt == nil ? [] : handover.trail.map { $0.ended(by: handover.settledAt) }
            return [peer] + beyond
        }
        return Journey(before: incoming?.trail ?? [], own: own, branches: branches)
    }

    /// The way so far, as an offer tells it: the companies before, under the names that they allow, and this one.
    func wayTo(_ moment: Timestamp, of item: Case, _ others: [Handover]) throws -> [JourneyStep] {
        try wayTo(moment, of: item, on: journey(of: item, others))
    }

    func wayTo(_ moment: Timestamp, of item: Case, on journey: Journey) throws -> [JourneyStep] {
        var before = journey.before
        // The last step before ours is the company that asked us; its contract says how it is called further on.
        if let last = before.indices.last, let name = try onwardNameOfOrigin(of: item) { before[last].company = name }
        var own = journey.own
        own.until = moment
        return before + [own]
    }

    /// Whose customer it is, as the next company may know: "a customer of Spoke & Co".
    func onwardLabel(of item: Case) throws -> String {
        guard item.origin != nil else { return "a customer of \(enterprise.name)" }
        let isDirect = try handovers.list(of: item.id).last { $0.direction == .incoming }?.trail.count ?? 0 <= 1
        guard isDirect, let name = try onwardNameOfOrigin(of: item) else { return item.customerLabel }
        return "a customer of \(name)"
    }

    private func onwardNameOfOrigin(of item: Case) throws -> String? {
        try item.origin.flatMap { try links.find($0)?.peer?.onwardName }
    }

    /// Saves a handover of a case that is being changed; who has the case then is found out when all is done.
    func save(_ handover: Handover, of item: inout HeldCase) throws {
        try handovers.save(handover)
        item.finally("holding") { try $0.settleHolding(&$1) }
    }

    func add(_ handover: Handover, to item: inout HeldCase) throws {
        try handovers.add(handover)
        item.finally("holding") { try $0.settleHolding(&$1) }
    }

    /// Brings what depends on the handovers of a case up to date: who has it, for the lists, and the progress that the
    /// company which asked us is told.
    private func settleHolding(_ item: inout HeldCase) throws {
        let all = try handovers.list(of: item.id)
        let open = all.filter { $0.direction == .outgoing && !$0.state.isSettled }
        let next = open.min { ($0.due ?? .distantFuture, $0.id) < ($1.due ?? .distantFuture, $1.id) }
        item.holder = try next.map { handover in
            let link = try links.find(handover.link)
            let deepest = handover.trail.last { $0.until == nil }
            return Case.Holder(
                name: deepest?.company ?? link?.name ?? "", colour: deepest?.colour ?? link?.colour ?? 12)
        }
        let asked = all.last { $0.direction == .incoming && !$0.state.isSettled }
        item.due = next?.due ?? asked?.due
        try tellProgress(of: item.id, all)
    }

    /// Tells the company that asked us how far it is, if somebody further on is at it, under names that they allow.
    private func tellProgress(of item: ID<Case>, _ all: [Handover]) throws {
        guard let incoming = all.last(where: { $0.direction == .incoming }), !incoming.state.isSettled,
            let link = try links.find(incoming.link), link.contract?.shares(.journey, accepted: true) == true
        else { return }
        let ledger = try disclosed(of: item)
        let steps = try all.filter { $0.direction == .outgoing }.flatMap { handover in
            let link = try links.find(handover.link)
            guard link?.contract?.passOn(.journey) != .never else { return [JourneyStepV1]() }
            let peer = JourneyStepV1(
                id: "\(handover.id)", company: link?.peer?.onwardName ?? link?.name ?? "",
                colour: link.map { Int64($0.colour) }, stage: handover.state.stage, since: handover.offeredAt.wire,
                until: handover.settledAt?.wire, ask: handover.ask.form.rawValue, answerBy: handover.due?.wire,
                sees: ledger.filter { $0.link == handover.link && $0.takenBackAt == nil }.map(\.field.rawValue))
            return [peer] + handover.trail.map(\.wire)
        }
        guard !steps.isEmpty else { return }
        try send(ProgressV1(handover: incoming.id.uuid, steps: Array(steps.prefix(2 * JourneyStep.most))), about: incoming, over: link)
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(milliseconds: .max)
}
