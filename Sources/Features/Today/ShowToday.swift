// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Office
import Storage
import Web

/// What waits for the viewer, and at which company the rest waits.
package struct ShowToday: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/today")
    package static let summary = "What waits for you, and what waits at other companies"
    package static let access = Permission.casesRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<TodayView, [WaitingCase]>> {
        let desk = call.desk(tx)
        let asked = call.caller.may(.customersErase) ? try desk.waitingErasures() : []
        let waiting = try asked + desk.waiting(for: call.caller.member.id)
        return .show(Shown(TodayView(waiting, try desk.cases.elsewhere(), desk), from: waiting))
    }

    package static func page(
        _ output: Shown<TodayView, [WaitingCase]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = call.desk(tx)
        let moments = Moments(call.caller.locale, now: call.now)
        let mine: [Model] = (output.material ?? []).map { waiting in
            let (left, late) = waiting.due.map(moments.deadline) ?? (nil, nil)
            return [
                "href": .text(desk.path(to: waiting.line.item)),
                "number": .text(desk.enterprise.reference(waiting.line.item.number)),
                "subject": .text(waiting.line.item.title), "company": .text(waiting.who),
                "colour": .number(waiting.colour), "why": .object([waiting.why.rawValue: true]), "reason": .text(waiting.reason), "left": .text(left),
                "late": .text(late), "due": .text(waiting.due?.rfc3339),
                "age": waiting.due == nil ? .text(moments.ago(waiting.line.item.updatedAt)) : .none,
            ]
        }
        let elsewhere: [Model] = output.view.elsewhere.map { place in
            [
                "href": .text("/\(desk.enterprise.slug)/cases?holding=partner"), "name": .companyName(place.company),
                "colour": .number(place.colour), "count": .number(place.cases), "oldest": .text(moments.ago(place.oldest)),
                "late": place.late > 0 ? .number(place.late) : .none,
            ]
        }
        return Page(
            "today", title: "Today",
            [
                "live": .text("/\(desk.enterprise.slug)/live"), "date": .text(moments.day(call.now)),
                "mineCount": mine.isEmpty ? .none : .number(mine.count), "mine": .list(mine),
                "elsewhere": .list(elsewhere),
            ])
    }
}

/// A case that waits for the viewer, and why.
package struct WaitingCase: Sendable {
    package enum Why: String, Sendable, CaseIterable, Codable {
        case offer, answer, answered, declined, expired, returned, refused, new, customer, erasure
    }

    let line: CaseLine
    let why: Why
    /// The company or the customer that is waiting, or was asked.
    let who: String
    let colour: Int
    let due: Timestamp?
    /// Why it came back.
    var reason: String = ""
}

package struct TodayView: Codable, Sendable {
    package struct Mine: Codable, Sendable {
        package let number: String
        package let title: String
        package let why: WaitingCase.Why
        package let who: String
        package let due: Timestamp?
        /// Why it was declined, returned or refused.
        package let reason: String?
        package let updatedAt: Timestamp
    }

    package struct Place: Codable, Sendable {
        package let company: String
        package let colour: Int
        package let cases: Int
        package let oldest: Timestamp
        package let late: Int
    }

    package let waiting: [Mine]
    package let elsewhere: [Place]

    init(_ waiting: [WaitingCase], _ elsewhere: [Place], _ desk: Desk) {
        self.waiting = waiting.map {
            Mine(
                number: desk.enterprise.reference($0.line.item.number), title: $0.line.item.title, why: $0.why,
                who: $0.who, due: $0.due,
                reason: $0.reason.isEmpty ? nil : $0.reason, updatedAt: $0.line.item.updatedAt)
        }
        self.elsewhere = elsewhere
    }
}

extension Desk {
    /// Cases that lie with us and are the viewer's or nobody's: what is due first, then the newest.
    package func waiting(for viewer: ID<Member>, limit: Int = 40) throws -> [WaitingCase] {
        let ours: SQL = "AND c.is_open AND c.holder_name IS NULL AND (c.owner IS NULL OR c.owner = \(viewer))"
        let due = try cases.lines(where: "\(ours) AND c.due_at IS NOT NULL", order: "c.due_at, c.id", limit: limit)
        let rest = try cases.lines(where: "\(ours) AND c.due_at IS NULL", limit: limit - due.count)
        let newest = try handovers.newest(of: (due + rest).map(\.item.id))
        return try (due + rest).map { line in try reason(for: line, newest[line.item.id] ?? []) }
    }

    /// Customers, and other companies, that wait to hear whether what we hold is erased; also about closed cases.
    func waitingErasures() throws -> [WaitingCase] {
        let waiting = try erasures.waiting()
        guard !waiting.isEmpty else { return [] }
        let lines = try Dictionary(
            cases.lines(where: "AND c.id IN (\(SQL.list(waiting.map(\.item))))", limit: waiting.count).map { ($0.item.id, $0) },
            uniquingKeysWith: { first, _ in first })
        return try waiting.compactMap { erasure, item in
            guard let line = lines[item] else { return nil }
            let link = try erasure.origin.flatMap { try links.find($0) }
            return WaitingCase(
                line: line, why: .erasure, who: link?.name ?? line.customerName ?? "", colour: link?.colour ?? enterprise.colour,
                due: erasure.due)
        }
    }

    private func reason(for line: CaseLine, _ handovers: [Handover]) throws -> WaitingCase {
        func waiting(_ why: WaitingCase.Why, _ handover: Handover) throws -> WaitingCase {
            let link = try links.find(handover.link)
            return WaitingCase(
                line: line, why: why, who: link?.name ?? "", colour: link?.colour ?? 12, due: handover.due,
                reason: handover.reason)
        }
        let incoming = handovers.last { $0.direction == .incoming && !$0.state.isSettled }
        if let incoming, incoming.state == .offered { return try waiting(.offer, incoming) }
        let isTold = line.item.stage == kernel.kinds[line.item.kind]?.stageWhenAnswered
        if let outgoing = handovers.last(where: { $0.direction == .outgoing }), !isTold {
            switch outgoing.state {
            case .answered, .completed: return try waiting(.answered, outgoing)
            case .declined: return try waiting(.declined, outgoing)
            case .expired: return try waiting(.expired, outgoing)
            case .returned: return try waiting(.returned, outgoing)
            case .refused: return try waiting(.refused, outgoing)
            case .offered, .accepted, .withdrawn: break
            }
        }
        if let incoming { return try waiting(.answer, incoming) }
        let who = line.customerName ?? line.item.customerLabel
        let isNew = line.item.stage == kernel.kinds[line.item.kind]?.lifecycle.first.name
        return WaitingCase(line: line, why: isNew ? .new : .customer, who: who, colour: enterprise.colour, due: nil)
    }
}

extension HandoverStore {
    func newest(of items: [ID<Case>]) throws -> [ID<Case>: [Handover]] {
        guard !items.isEmpty else { return [:] }
        return Dictionary(grouping: try list(where: "case_id IN (\(SQL.list(items)))"), by: \.caseID)
    }
}

extension CaseStore {
    /// How much lies at which company.
    package func elsewhere() throws -> [TodayView.Place] {
        try tx.all(
            """
            SELECT holder_name, MIN(holder_colour), COUNT(*), MIN(updated_at),
                CAST(SUM(CASE WHEN due_at < \(desk.now) THEN 1 ELSE 0 END) AS BIGINT)
            FROM cases WHERE enterprise = \(desk.scope) AND is_open AND holder_name IS NOT NULL
            GROUP BY holder_name ORDER BY COUNT(*) DESC, holder_name LIMIT 20
            """
        ) { row in
            try TodayView.Place(
                company: row.next(), colour: row.next(), cases: row.next(), oldest: row.next(), late: row.next())
        }
    }
}
