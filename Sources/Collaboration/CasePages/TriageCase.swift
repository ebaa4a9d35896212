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
        return try desk.change(input.number) { item in
            if input.changed.contains("owner") { try desk.assign(&item, to: input.owner) }
            if input.changed.contains("team") { try desk.assign(&item, toTeam: input.team) }
            if let priority = input.priority { try desk.prioritise(&item, priority) }
            if let tags = input.tags { try desk.tag(&item, tags) }
            if let stage = input.stage { try desk.move(&item, to: stage) }
            return .done(goTo: desk.path(to: item.case), notice: "Saved.")
        }
    }
}

extension Desk {
    package func assign(_ item: inout HeldCase, to owner: ID<Member>?) throws {
        guard owner != item.owner else { return }
        let to = try owner.map { Named($0, try memberName($0)) }
        let from = try item.owner.flatMap { id in try members.find(id).map { Named(id, $0.name) } }
        item.owner = owner
        try note(CaseAssigned(from: from, to: to), on: &item, object: owner?.uuid)
    }

    package func assign(_ item: inout HeldCase, toTeam team: ID<Team>?) throws {
        guard team != item.team else { return }
        let to = try team.map { Named($0, try teamName($0)) }
        let from = try item.team.flatMap { id in try teams.find(id).map { Named(id, $0.name) } }
        item.team = team
        try note(TeamAssigned(from: from, to: to), on: &item, object: team?.uuid)
    }

    func prioritise(_ item: inout HeldCase, _ priority: Case.Priority) throws {
        guard priority != item.priority else { return }
        try note(CasePrioritised(from: item.priority, to: priority), on: &item)
        item.priority = priority
    }

    func tag(_ item: inout HeldCase, _ tags: [String]) throws {
        let before = try cases.tags(of: item.id)
        guard before != tags else { return }
        try cases.replaceTags(of: item.id, with: tags)
        let (added, removed) = (tags.filter { !before.contains($0) }, before.filter { !tags.contains($0) })
        try note(CaseTagged(added: added, removed: removed), on: &item)
    }

    package func move(_ item: inout HeldCase, to name: String) throws {
        guard name != item.stage else { return }
        guard let kind = kernel.kinds[item.kind], let stage = kind.lifecycle.stage(name),
            kind.lifecycle.allows(item.stage, to: name)
        else { throw CaseRefusal.noSuchMove(from: item.stage, to: name) }
        try kind.check(item.case, entering: name, self)
        try put(&item, stage)
    }

    /// What follows from somebody's work on a case: it is in hand, or it is answered. Where the lifecycle has no such
    /// move, or the kind leaves it to people, the case stays where it is.
    func advance(_ item: inout HeldCase, isAnswered: Bool = false) throws {
        guard let kind = kernel.kinds[item.kind] else { return }
        let isNew = item.stage == kind.lifecycle.first.name
        guard let stage = isAnswered ? kind.stageWhenAnswered : isNew ? kind.stageWhenTaken : nil,
            kind.lifecycle.allows(item.stage, to: stage)
        else { return }
        try move(&item, to: stage)
    }

    /// A customer wrote to a closed case: it is open again, whatever its kind would ask of staff.
    package func reopen(_ item: inout HeldCase) throws {
        guard let lifecycle = kernel.kinds[item.kind]?.lifecycle else { return }
        try put(&item, lifecycle.following(item.stage).first { $0.isOpen } ?? lifecycle.first)
    }

    /// What another company asked of us is settled, so its case is no work of ours any more, unless a third company
    /// still has something of it.
    func endForUs(_ item: inout HeldCase) throws {
        guard item.isOpen, item.origin != nil, let lifecycle = kernel.kinds[item.kind]?.lifecycle,
            let end = lifecycle.stages.first(where: { !$0.isOpen }),
            try !handovers.list(of: item.id).contains(where: { !$0.state.isSettled })
        else { return }
        try put(&item, end)
    }

    private func put(_ item: inout HeldCase, _ stage: Lifecycle.Stage) throws {
        try note(CaseMoved(from: item.stage, to: stage.name), on: &item)
        item.stage = stage.name
        item.isOpen = stage.isOpen
        item.closedAt = stage.isOpen ? nil : now
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
