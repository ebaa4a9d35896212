// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// Says what becomes of a case: its stage, owner, team, priority and tags. What is not sent, or is sent as the page
/// showed it, stays as it is.
package struct TriageCase: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        package let stage: String?
        package let owner: ID<Member>?
        let team: ID<Team>?
        package let priority: Case.Priority?
        /// Lower case, in order, without doubles; `nil` if not sent.
        let tags: [String]?
        package let changed: Set<String>

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            stage = form.isChanged("stage") ? form.optionalText("stage", label: "Stage", max: 40) : nil
            owner = form.optionalID("owner", label: "Owner")
            team = form.optionalID("team", label: "Team")
            priority = form.isChanged("priority") ? form.optionalChoice("priority", label: "Priority") : nil
            tags = form.isChanged("tags") ? Self.tags(form.optionalText("tags", label: "Tags", max: 400) ?? "") : nil
            changed = Set(["owner", "team"].filter { form.isChanged($0) })
            if let tags, tags.count > 20 || tags.contains(where: { $0.count > 40 }) {
                form.reject("tags", "A case has at most 20 tags of at most 40 characters each. Remove some.")
            }
        }

        private static func tags(_ typed: String) -> [String] {
            let words = typed.split(separator: ",").map { $0.lowercased().trimmingCharacters(in: .whitespaces) }
            return Set(words.filter { !$0.isEmpty }).sorted()
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/triage")
    package static let summary = "Set a case's stage, owner, team, priority and tags"
    package static let access = Permission.casesWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "triage"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, input) = (call.desk(tx), call.input)
        var item = try desk.cases.take(input.number)
        if input.changed.contains("owner") { try desk.assign(&item, to: input.owner) }
        if input.changed.contains("team") { try desk.assign(&item, toTeam: input.team) }
        if let priority = input.priority { try desk.prioritise(&item, priority) }
        if let tags = input.tags { try desk.tag(&item, tags) }
        if let stage = input.stage { try desk.move(&item, to: stage) }
        try desk.cases.save(item)
        return .done(goTo: desk.path(to: item), notice: "Saved.")
    }
}

extension Desk {
    package func assign(_ item: inout Case, to owner: ID<Member>?) throws {
        guard owner != item.owner else { return }
        let name = try owner.map { try memberName($0) }
        item.owner = owner
        try note("case.assigned", on: &item, object: owner?.uuid, detail: name ?? "")
    }

    package func assign(_ item: inout Case, toTeam team: ID<Team>?) throws {
        guard team != item.team else { return }
        let name = try team.map { try teamName($0) }
        item.team = team
        try note("case.assigned", on: &item, object: team?.uuid, detail: name ?? "")
    }

    func prioritise(_ item: inout Case, _ priority: Case.Priority) throws {
        guard priority != item.priority else { return }
        item.priority = priority
        try note("case.prioritised", on: &item, detail: priority.rawValue)
    }

    func tag(_ item: inout Case, _ tags: [String]) throws {
        guard try cases.tags(of: item.id) != tags else { return }
        try cases.replaceTags(of: item.id, with: tags)
        try note("case.tagged", on: &item, detail: tags.joined(separator: ", "))
    }

    package func move(_ item: inout Case, to name: String) throws {
        guard name != item.stage else { return }
        guard let kind = kernel.kinds[item.kind], let stage = kind.lifecycle.stage(name),
            kind.lifecycle.allows(item.stage, to: name)
        else { throw CaseRefusal.noSuchMove(from: item.stage, to: name) }
        try kind.check(item, entering: name, self)
        try put(&item, stage)
    }

    /// What follows from somebody's work on a case: it is in hand, or it is answered. Where the lifecycle has no such
    /// move, or the kind leaves it to people, the case stays where it is.
    func advance(_ item: inout Case, isAnswered: Bool = false) throws {
        guard let kind = kernel.kinds[item.kind] else { return }
        let isNew = item.stage == kind.lifecycle.first.name
        guard let stage = isAnswered ? kind.stageWhenAnswered : isNew ? kind.stageWhenTaken : nil,
            kind.lifecycle.allows(item.stage, to: stage)
        else { return }
        try move(&item, to: stage)
    }

    /// A customer wrote to a closed case: it is open again, whatever its kind would ask of staff.
    package func reopen(_ item: inout Case) throws {
        guard let lifecycle = kernel.kinds[item.kind]?.lifecycle else { return }
        try put(&item, lifecycle.following(item.stage).first { $0.isOpen } ?? lifecycle.first)
    }

    /// What another company asked of us is settled, so its case is no work of ours any more, unless a third company
    /// still has something of it.
    func endForUs(_ item: inout Case) throws {
        guard item.isOpen, item.origin != nil, let lifecycle = kernel.kinds[item.kind]?.lifecycle,
            let end = lifecycle.stages.first(where: { !$0.isOpen }),
            try !handovers.list(of: item.id).contains(where: { !$0.state.isSettled })
        else { return }
        try put(&item, end)
    }

    private func put(_ item: inout Case, _ stage: Lifecycle.Stage) throws {
        item.stage = stage.name
        item.isOpen = stage.isOpen
        item.closedAt = stage.isOpen ? nil : now
        try note("case.moved", on: &item, detail: stage.name)
    }

    private func memberName(_ id: ID<Member>) throws -> String {
        guard let name = try members.find(id)?.name else { throw CaseRefusal.unknownMember }
        return name
    }

    private func teamName(_ id: ID<Team>) throws -> String {
        guard let name = try teams.find(id)?.name else { throw CaseRefusal.unknownMember }
        return name
    }
}
