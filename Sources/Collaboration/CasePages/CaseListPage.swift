// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// The model of the list column, alone or beside a case.
struct CaseListPage {
    let filter: CaseFilter
    let query: String?
    let lines: [CaseLine]
    let older: CaseCursor?
    let desk: Desk
    let viewer: ID<Member>
    let moments: Moments
    var current: ID<Case>?

    private var root: String { "/\(desk.enterprise.slug)/cases" }

    /// - Parameter tags: those to choose from; there may be a hundred.
    func model(_ teams: [Team], tags: [String]) -> [String: Model] {
        [
            "cases": .list(lines.map(row)),
            "list": [
                "view": .message(currentView.title), "views": .list(View.allCases.map(viewModel)), "q": .text(query),
                "kept": .list(kept.map { ["name": .text($0.0), "value": .text($0.1)] }),
                "kinds": .list(
                    desk.kernel.kinds.all.map { kind in
                        [
                            "value": .text(kind.name), "label": .message(Phrase(stringLiteral: kind.title)),
                            "selected": .flag(filter.kind == kind.name),
                        ]
                    }),
                "teams": .list(
                    teams.map {
                        ["value": .text("\($0.id)"), "label": .text($0.name), "selected": .flag(filter.team == $0.id)]
                    }),
                "priority": .object(filter.priority.map { [$0.rawValue: true] } ?? [:]),
                "hasTags": .flag(!tags.isEmpty),
                "tags": .list(
                    tags.map {
                        ["value": .text($0), "label": .text($0), "selected": .flag(filter.tag == $0)]
                    }),
                "filtered": .flag(query != nil || filter != CaseFilter()),
                "older": .text(older.map { address(after: $0) }),
            ],
        ]
    }

    private func row(_ line: CaseLine) -> Model {
        let item = line.item
        let (left, late) = item.due.map(moments.deadline) ?? (nil, nil)
        let holder: Model = [
            "name": .companyName(item.holder?.name ?? desk.enterprise.name),
            "colour": .number(item.holder?.colour ?? desk.enterprise.colour),
        ]
        let state = !item.isOpen ? "closed" : item.holder == nil ? "you" : "holds"
        let customer = line.customerName ?? item.customerLabel
        return [
            "href": .text(desk.path(to: item)), "number": .text(desk.enterprise.reference(item.number)),
            "subject": .text(item.title), "left": .text(left), "late": .text(late),
            "soon": .flag(item.due.map(moments.isSoon) ?? false),
            "age": item.due == nil ? .text(moments.ago(item.updatedAt)) : .none, "holder": holder,
            "state": .object([state: true]), "customer": .text(customer), "current": .flag(item.id == current),
        ]
    }

    /// The named views; each is an address.
    private enum View: CaseIterable {
        case open, us, partner, late, mine, nobody, closed

        var title: Phrase {
            switch self {
            case .open: "All open"
            case .us: "With us"
            case .partner: "Waiting on a partner"
            case .late: "Late"
            case .mine: "Mine"
            case .nobody: "Nobody’s"
            case .closed: "Closed"
            }
        }

        var parameters: [(String, String)] {
            switch self {
            case .open: []
            case .us: [("holding", "us")]
            case .partner: [("holding", "partner")]
            case .late: [("holding", "late")]
            case .mine: [("owner", "mine")]
            case .nobody: [("owner", "nobody")]
            case .closed: [("open", "no")]
            }
        }
    }

    private var currentView: View {
        switch (filter.isOpen, filter.holding, filter.ownership) {
        case (false, _, _): .closed
        case (_, .us, _): .us
        case (_, .partner, _): .partner
        case (_, .late, _): .late
        case (_, _, .mine): .mine
        case (_, _, .nobody): .nobody
        default: .open
        }
    }

    private var kept: [(String, String)] { currentView.parameters }

    private func viewModel(_ view: View) -> Model {
        [
            "label": .message(view.title), "href": .text(address(view.parameters)),
            "current": .flag(view == currentView),
        ]
    }

    private func address(after cursor: CaseCursor) -> String {
        var parameters = kept
        if let kind = filter.kind { parameters.append(("kind", kind)) }
        if let tag = filter.tag { parameters.append(("tag", tag)) }
        if let team = filter.team { parameters.append(("team", "\(team)")) }
        if let priority = filter.priority { parameters.append(("priority", priority.rawValue)) }
        return address(parameters + [("after", cursor.text)])
    }

    private func address(_ parameters: [(String, String)]) -> String {
        parameters.isEmpty ? root : root + "?" + URLText.query(parameters)
    }
}
