// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A member says that they look at a case, or write in it. It is forgotten after half a minute.
package struct TellPresence: Action {
    package enum Doing: String, Sendable, CaseIterable { case viewing, typing, leaving }

    package struct Input: FormInput {
        let number: CaseNumber
        let doing: Doing

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            doing = form.choice("doing", label: "Doing", default: Doing.viewing)
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/presence")
    package static let summary = "Say that one looks at a case or writes in it"
    package static let access = Permission.casesRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        let item = try desk.cases.find(call.input.number)
        if try desk.cases.tell(call.input.doing, at: item.id, call.caller.member.id) {
            let (announce, topic) = (desk.kernel.announce, Live.Topic.case(item.id, of: desk.scope))
            tx.afterCommit { announce(topic) }
        }
        return .done(goTo: desk.path(to: item))
    }
}

/// A colleague at the same case.
package struct Presence: Codable, Sendable {
    package let name: String
    package let isTyping: Bool

    /// Milliseconds after which somebody who says nothing is gone.
    static let lasts: Int64 = 30_000
}

extension CaseStore {
    /// Whether anything that others see has changed.
    fileprivate func tell(_ doing: TellPresence.Doing, at item: ID<Case>, _ member: ID<Member>) throws -> Bool {
        let since = Timestamp(milliseconds: desk.now.milliseconds - Presence.lasts)
        let before: Bool? = try tx.first(
            """
            SELECT is_typing FROM presence
            WHERE enterprise = \(desk.scope) AND case_id = \(item) AND member = \(member) AND seen_at > \(since)
            """
        ) { try $0.next() }
        if doing == .leaving {
            try tx.run(
                "DELETE FROM presence WHERE enterprise = \(desk.scope) AND case_id = \(item) AND member = \(member)")
            return before != nil
        }
        try tx.run(
            "DELETE FROM presence WHERE enterprise = \(desk.scope) AND case_id = \(item) AND seen_at <= \(since)")
        let isTyping = doing == .typing
        try tx.run(
            """
            INSERT INTO presence (enterprise, case_id, member, seen_at, is_typing)
            VALUES (\(desk.scope), \(item), \(member), \(desk.now), \(isTyping))
            ON CONFLICT (enterprise, case_id, member)
            DO UPDATE SET seen_at = excluded.seen_at, is_typing = excluded.is_typing
            """)
        return before != isTyping
    }

    package func present(at item: ID<Case>, but viewer: ID<Member>) throws -> [Presence] {
        let since = Timestamp(milliseconds: desk.now.milliseconds - Presence.lasts)
        return try tx.all(
            """
            SELECT m.name, p.is_typing FROM presence p
            JOIN members m ON m.enterprise = p.enterprise AND m.id = p.member
            WHERE p.enterprise = \(desk.scope) AND p.case_id = \(item) AND p.member <> \(viewer) AND p.seen_at > \(since)
            ORDER BY m.name LIMIT 5
            """
        ) { try Presence(name: $0.next(), isTyping: $0.next()) }
    }
}
