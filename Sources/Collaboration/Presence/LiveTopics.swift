// SPDX-License-Identifier: Apache-2.0
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
    /// A number that grows when what a topic shows has changed.
    package static func revisions(_ topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        var revisions: [Live.Topic: Int64] = [:]
        for topic in topics { revisions[topic] = try revision(topic.description, tx) }
        return revisions
    }

    private static func revision(_ topic: String, _ tx: Transaction) throws -> Int64? {
        let parts = topic.split(separator: "/").map(String.init)
        guard parts.count >= 2, let enterprise = ID<Enterprise>(parts[1]) else { return nil }
        if parts[0] == "links" { return try LinkStore(enterprise, tx).revision() }
        if parts.count == 3, let id = ID<Case>(parts[2]) {
            // A change of presence moves no revision of the case; the time of the last word counts with it.
            return try tx.first(
                """
                SELECT c.updated_at + c.revision + COALESCE((SELECT SUM(CASE WHEN is_typing THEN 2 ELSE 1 END)
                    FROM presence p WHERE p.enterprise = c.enterprise AND p.case_id = c.id
                        AND p.seen_at > \(tx.startedAt - 30)), 0)
                FROM cases c WHERE c.enterprise = \(enterprise) AND c.id = \(id)
                """
            ) { try $0.next() }
        }
        return try tx.first(
            """
            SELECT COALESCE(MAX(newest), 0) FROM (
                SELECT MAX(updated_at) AS newest FROM cases WHERE enterprise = \(enterprise) AND is_open
                UNION ALL SELECT MAX(updated_at) FROM cases WHERE enterprise = \(enterprise) AND NOT is_open
            ) AS both_states
            """
        ) { try $0.next() }
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
