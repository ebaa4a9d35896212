// SPDX-License-Identifier: Apache-2.0
import struct Networking.Link
import Office
import Storage
import Web

/// Cases that lie with us and are a member's or nobody's.
enum WaitingCases {
    static let source = WaitingSource(for: .casesRead) { viewer, desk, limit in
        try desk.waitingCases(for: viewer.member.id, limit: limit)
    } counting: { viewer, desk in
        .sum(
            [CaseFilter.Ownership.mine, .nobody].map { ownership in
                var filter = CaseFilter()
                (filter.holding, filter.ownership) = (.us, ownership)
                return desk.cases.counting(filter, by: viewer.member.id)
            })
    }
}

extension Desk {
    /// What is due first, then the newest.
    package func waitingCases(for member: ID<Member>, limit: Int = 40) throws -> [Waiting] {
        let ours: SQL = "AND c.is_open AND c.holder_name IS NULL AND (c.owner IS NULL OR c.owner = \(member))"
        let due = try cases.lines(where: "\(ours) AND c.due_at IS NOT NULL", order: "c.due_at, c.id", limit: limit)
        let rest = try cases.lines(where: "\(ours) AND c.due_at IS NULL", limit: limit - due.count)
        let newest = try handovers.newest(of: (due + rest).map(\.item.id))
        let links = try links.byID(newest.values.joined().map(\.link))
        return (due + rest).map { line in reason(for: line, newest[line.item.id] ?? [], links) }
    }

    private func reason(for line: CaseLine, _ handovers: [Handover], _ links: [ID<Link>: Link]) -> Waiting {
        func waiting(
            _ why: String, _ words: Phrase, who: String, colour: Int, due: Timestamp?, because reason: String = ""
        ) -> Waiting {
            Waiting(
                why, words, number: enterprise.reference(line.item.number), title: line.item.title, href: path(to: line.item), who: who,
                colour: colour, due: due, updatedAt: line.item.updatedAt, reason: reason)
        }
        func waiting(_ why: String, _ handover: Handover, _ words: (String) -> Phrase) -> Waiting {
            let link = links[handover.link]
            let who = link?.name ?? ""
            return waiting(
                why, words(who), who: who, colour: link?.colour ?? 12, due: handover.due ?? line.item.due, because: handover.reason)
        }
        let incoming = handovers.last { $0.direction == .incoming && !$0.state.isSettled }
        if let incoming, incoming.state == .offered {
            return waiting("offer", incoming) { "\($0) asks you; accept or decline" }
        }
        let isTold = line.item.stage == kernel.kinds[line.item.kind]?.stageWhenAnswered
        if let outgoing = handovers.last(where: { $0.direction == .outgoing }), !isTold {
            switch outgoing.state {
            case .answered, .completed: return waiting("answered", outgoing) { "\($0) answered; pass it on" }
            case .declined: return waiting("declined", outgoing) { "\($0) declined" }
            case .expired: return waiting("expired", outgoing) { "Time ran out for \($0)" }
            case .returned: return waiting("returned", outgoing) { "\($0) returned it" }
            case .refused: return waiting("refused", outgoing) { "\($0)’s system did not take it" }
            case .offered, .accepted, .withdrawn: break
            }
        }
        if let incoming { return waiting("answer", incoming) { "\($0) waits for your answer" } }
        let who = line.customerName ?? line.item.customerLabel
        return line.item.stage == kernel.kinds[line.item.kind]?.lifecycle.first.name
            ? waiting("new", "New, from \(who)", who: who, colour: enterprise.colour, due: line.item.due)
            : waiting("customer", "\(who) wrote", who: who, colour: enterprise.colour, due: line.item.due)
    }
}

extension HandoverStore {
    fileprivate func newest(of items: [ID<Case>]) throws -> [ID<Case>: [Handover]] {
        guard !items.isEmpty else { return [:] }
        return Dictionary(grouping: try list(where: "case_id IN (\(SQL.list(items)))"), by: \.caseID)
    }
}
