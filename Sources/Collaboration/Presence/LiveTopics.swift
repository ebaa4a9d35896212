// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

extension Live.Topic {
    package static func `case`(_ id: ID<Case>, of enterprise: ID<Enterprise>) -> Live.Topic {
        Live.Topic("case/\(enterprise)/\(id)")
    }

    /// Any case of an enterprise.
    package static func cases(of enterprise: ID<Enterprise>) -> Live.Topic { Live.Topic("cases/\(enterprise)") }

    /// The links and invitations of an enterprise.
    package static func links(of enterprise: ID<Enterprise>) -> Live.Topic { Live.Topic("links/\(enterprise)") }
}

package enum LiveTopics {
    /// A number that is another whenever what a topic shows has changed. However many topics there are, each sort takes
    /// one query, or two.
    package static func revisions(_ topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        var (lists, links, cases): (Set<ID<Enterprise>>, Set<ID<Enterprise>>, [ID<Case>: ID<Enterprise>]) = ([], [], [:])
        for topic in topics {
            let parts = topic.description.split(separator: "/").map(String.init)
            guard parts.count >= 2, let enterprise = ID<Enterprise>(parts[1]) else { continue }
            switch parts[0] {
            case "links": links.insert(enterprise)
            case "cases": lists.insert(enterprise)
            default: if parts.count == 3, let id = ID<Case>(parts[2]) { cases[id] = enterprise }
            }
        }
        var revisions: [Live.Topic: Int64] = [:]
        if !lists.isEmpty {
            let counts = try ListChanges.counts(of: lists, tx)
            for enterprise in lists { revisions[.cases(of: enterprise)] = counts[enterprise] ?? 0 }
        }
        if !links.isEmpty {
            let changes = try LinkStore.revisions(of: links, tx)
            for enterprise in links { revisions[.links(of: enterprise)] = changes[enterprise] ?? 0 }
        }
        // PostgreSQL takes 65,535 values in a statement.
        let ids = cases.keys.sorted()
        for start in stride(from: 0, to: ids.count, by: 16_384) {
            let some = ids[start..<min(start + 16_384, ids.count)]
            try add(some, of: Set(some.compactMap { cases[$0] }), to: &revisions, tx)
        }
        return revisions
    }

    /// Of a case and of those who look at it, which changes nothing of the case itself.
    private static func add(
        _ cases: ArraySlice<ID<Case>>, of enterprises: Set<ID<Enterprise>>, to revisions: inout [Live.Topic: Int64],
        _ tx: Transaction
    ) throws {
        typealias Who = (enterprise: ID<Enterprise>, item: ID<Case>, member: ID<Member>, isTyping: Bool)
        let scope: SQL = "enterprise IN (\(SQL.filledList(enterprises)))"
        let found: [(ID<Enterprise>, ID<Case>, Int64)] = try tx.all(
            "SELECT enterprise, id, revision FROM cases WHERE \(scope) AND id IN (\(SQL.filledList(cases)))"
        ) { try ($0.next(), $0.next(), $0.next()) }
        let present: [Who] = try tx.all(
            """
            SELECT enterprise, case_id, member, is_typing FROM presence
            WHERE \(scope) AND case_id IN (\(SQL.filledList(cases))) AND seen_at > \(tx.startedAt - Int(Presence.lasts / 1000))
            ORDER BY member
            """
        ) { try ($0.next(), $0.next(), $0.next(), $0.next()) }
        let who = Dictionary(grouping: present, by: \.item)
        for (enterprise, id, revision) in found {
            var digest = Digest()
            digest.add(UInt64(bitPattern: revision))
            for one in who[id] ?? [] where one.enterprise == enterprise {
                withUnsafeBytes(of: one.member.uuid.uuid) { $0.forEach { digest.add(UInt64($0)) } }
                digest.add(one.isTyping ? 1 : 0)
            }
            revisions[.case(id, of: enterprise)] = digest.value
        }
    }

    /// FNV-1a, the same in every process.
    private struct Digest {
        private var state: UInt64 = 0xCBF2_9CE4_8422_2325
        var value: Int64 { Int64(state >> 1) }

        mutating func add(_ number: UInt64) { state = (state ^ number) &* 0x100_0000_01B3 }
    }
}

/// Changes of one case, or of any, for staff.
package struct FollowCases: StreamAction {
    package struct Input: FormInput {
        let reference: String?

        package init(_ form: inout Form) { reference = form.query("case") }
    }

    package static let route = Route.get("/{enterprise}/live")
    package static let summary = "Server-sent events: a case, or any case, has changed"
    package static let access = Permission.casesRead

    package static func topics(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        let desk = call.desk(tx)
        guard let reference = call.input.reference else { return [.cases(of: desk.scope)] }
        let number = reference.split(separator: "-").last.flatMap { Int($0) } ?? 0
        guard let item = try desk.cases.find(number: number) else { throw Missing.case }
        return [.case(item.id, of: desk.scope), .cases(of: desk.scope)]
    }
}

/// Changes of a customer's own case.
package struct FollowOwnCase: StreamAction {
    package typealias Input = FollowCase.Input

    package static let route = Route.get("/{enterprise}/follow/{token}/live")
    package static let summary = "Server-sent events: one's own case has changed"
    package static let access = Follower.Requirement.theirOwnCase

    package static func topics(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        [.case(call.caller.caseID, of: call.caller.enterprise.id)]
    }
}
