// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Begins or stops watching a case.
package struct WatchCase: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        let watches: Bool

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            watches = form.flag("watch", label: "Watch")
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/watching")
    package static let summary = "Watch a case, or stop watching it"
    package static let access = Permission.casesRead
    package static let retryForm: (any Action.Type)? = ShowCase.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        let item = try desk.cases.find(call.input.number)
        let member = call.caller.member.id
        if try desk.cases.setWatching(call.input.watches, item.id, member) {
            let change = WatchingChanged(number: desk.enterprise.reference(item.number), watches: call.input.watches)
            try desk.record(change, on: member.uuid, object: item.id.uuid)
        }
        return .done(goTo: desk.path(to: item))
    }
}

/// A member wants to hear of a case, or no more. The subject is the member, the object the case.
package struct WatchingChanged: EventPayload {
    package static let type = "member.watching"
    package static let subject = "member"
    package let number: String
    package let watches: Bool

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        watches ? "\(event.actorName) watches \(number)" : "\(event.actorName) watches \(number) no more"
    }
}

extension CaseStore {
    /// Whether that is a change.
    fileprivate func setWatching(_ watches: Bool, _ item: ID<Case>, _ member: ID<Member>) throws -> Bool {
        if watches {
            try tx.run(
                """
                INSERT INTO case_watchers (enterprise, case_id, member) VALUES (\(desk.scope), \(item), \(member))
                ON CONFLICT (enterprise, case_id, member) DO NOTHING
                """) > 0
        } else {
            try tx.run(
                "DELETE FROM case_watchers WHERE enterprise = \(desk.scope) AND case_id = \(item) AND member = \(member)") > 0
        }
    }

    func watchers(of item: ID<Case>) throws -> [ID<Member>] {
        try tx.all("SELECT member FROM case_watchers WHERE enterprise = \(desk.scope) AND case_id = \(item)") {
            try $0.next()
        }
    }

    /// The name of who owns a case, and who watches it.
    func askPeople(of item: Case) throws -> Later<(isOwner: Bool, id: ID<Member>, name: String)> {
        try tx.later(
            """
            SELECT FALSE, m.id, m.name FROM case_watchers w JOIN members m ON m.enterprise = w.enterprise AND m.id = w.member
            WHERE w.enterprise = \(desk.scope) AND w.case_id = \(item.id)
            UNION ALL SELECT TRUE, id, name FROM members WHERE enterprise = \(desk.scope) AND id = \(item.owner)
            """
        ) { (try $0.next(), try $0.next(), try $0.next()) }
    }
}
