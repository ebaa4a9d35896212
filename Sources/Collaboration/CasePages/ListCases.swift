// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The cases of the enterprise; the filter is in the address, so that a view can be kept and sent.
package struct ListCases: Action {
    package struct Input: FormInput {
        package let filter: CaseFilter
        package let query: String?
        package let after: CaseCursor?

        package init(_ form: inout Form) {
            var filter = CaseFilter()
            if let open = form.optionalChoice("open", label: "Open", of: OpenChoice.self) {
                filter.isOpen = open == .all ? nil : open == .yes
            }
            filter.kind = form.optionalText("kind", label: "Kind", max: 40)
            filter.holding = form.optionalChoice("holding", label: "Who has it")
            filter.ownership = form.optionalChoice("owner", label: "Owner")
            filter.team = form.optionalID("team", label: "Team")
            filter.priority = form.optionalChoice("priority", label: "Priority")
            filter.customer = form.optionalID("customer", label: "Customer")
            filter.tag = form.optionalText("tag", label: "Tag", max: 40)
            self.filter = filter
            query = form.optionalText("q", label: "Search", max: 200)
            let cursor = form.optionalText("after", label: "After", max: 80)
            after = cursor.flatMap(CaseCursor.init)
            if cursor != nil && after == nil { form.reject("after", "This page of the list does not exist. Start from the first.") }
        }
    }

    private enum OpenChoice: String, CaseIterable { case yes, no, all }

    package static let route = Route.get("/{enterprise}/cases")
    package static let summary = "Cases, newest change first, fifty at a time; with q the best matches among those that the filter shows"
    package static let access = Permission.casesRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<CaseListView, [CaseLine]>> {
        let (desk, input) = (call.desk(tx), call.input)
        let lines =
            if let query = input.query {
                try desk.cases.search(query, input.filter, by: call.caller.member.id)
            } else {
                try desk.cases.list(input.filter, by: call.caller.member.id, after: input.after)
            }
        let next = input.query == nil && lines.count == 50 ? lines.last.map { CaseCursor(changed: $0.item.updatedAt, id: $0.item.id) } : nil
        return .show(Shown(CaseListView(lines, next: next, desk), from: lines))
            .afterwards(call.sightingOfMany(in: .cases, desk))
    }

    package static func page(
        _ output: Shown<CaseListView, [CaseLine]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = call.desk(tx)
        let list = CaseListPage(
            filter: call.input.filter, query: call.input.query, lines: output.material ?? [],
            older: output.view.next.flatMap(CaseCursor.init), desk: desk, viewer: call.caller.member.id,
            moments: Moments(call.caller.locale, now: call.now))
        var model = try list.model(desk.teams.list(), tags: desk.cases.tagsInUse())
        model["live"] = .text("/\(desk.enterprise.slug)/live")
        return Page("cases", title: "Cases", model)
    }
}

package struct CaseListView: Codable, Sendable {
    package let cases: [CaseLineView]
    /// For `after`, to read on; absent at the end.
    package let next: String?

    init(_ lines: [CaseLine], next: CaseCursor?, _ desk: Desk) {
        cases = lines.map { CaseLineView($0, desk) }
        self.next = next?.text
    }
}

package struct CaseLineView: Codable, Sendable {
    package let number: String
    package let kind: String
    package let title: String
    package let stage: String
    package let isOpen: Bool
    package let priority: Case.Priority
    package let customer: String?
    package let owner: ID<Member>?
    package let holder: Case.Holder?
    package let due: Timestamp?
    package let updatedAt: Timestamp

    package init(_ line: CaseLine, _ desk: Desk) {
        let item = line.item
        number = desk.enterprise.reference(item.number)
        kind = item.kind
        title = item.title
        stage = item.stage
        isOpen = item.isOpen
        priority = item.priority
        customer = line.customerName ?? (item.customerLabel.isEmpty ? nil : item.customerLabel)
        owner = item.owner
        holder = item.holder
        due = item.due
        updatedAt = item.updatedAt
    }
}
