// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage
import Web

/// A customer sees who knows what about them.
package struct FollowSharing: Action {
    package typealias Input = FollowCase.Input

    package static let route = Route.get("/{enterprise}/follow/{token}/sharing")
    package static let summary = "Which company knows what about the customer"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(
        _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<[DisclosureView], [Disclosed]>> {
        let entries = try call.desk(tx).disclosed(of: call.caller.caseID)
        return .show(Shown(entries.map(DisclosureView.init), from: entries))
    }

    package static func page(
        _ output: Shown<[DisclosureView], [Disclosed]>, _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = call.desk(tx)
        let moments = Moments(call.caller.locale, now: call.now)
        guard let item = try desk.cases.find(call.caller.caseID) else { throw Missing.case }
        let wishes = try desk.ownErasures(of: call.caller)
        let wish = wishes.first
        let asked = try desk.erasures.requests(of: wishes).latest
        let outcomes = Dictionary(asked.byCompany.map { ($0.link, $0.outcome) }, uniquingKeysWith: { $1 })
        let erasureModels = ErasureModels(desk: desk, moments: moments)
        let byLink = Dictionary(grouping: output.material ?? [], by: \.link)
        let companies: [Model] = try byLink.sorted { $0.key < $1.key }.map { id, entries in
            let link = try desk.links.find(id)
            let knows: [Model] = entries.filter { [$0.field].shown.isEmpty == false }.map { entry in
                .object(
                    entry.field.model + [
                        ("since", entry.takenBackAt == nil ? .text(moments.clock(entry.at)) : .none),
                        ("datetime", .text(entry.at.rfc3339)), ("takenBack", .flag(entry.takenBackAt != nil && outcomes[id]?.isErased != true)),
                    ])
            }
            return [
                "name": .text(entries.last?.company), "colour": .number(link?.colour ?? 12), "link": .text("\(id)"),
                "knows": .list(knows), "outcome": erasureModels.model(of: outcomes[id]),
                "canTakeBack": .flag(
                    wish?.state != .erased && entries.contains { $0.takenBackAt == nil && $0.isPersonal }),
            ]
        }
        var further = Dictionary(asked.beyond.map { ($0.company, $0) }, uniquingKeysWith: { $1 })
        let beyond: [Model] = try desk.journey(of: item, desk.handovers.list(of: item.id)).branches
            .flatMap { $0.dropFirst() }.map { step in
                let fields = step.sees.compactMap(SharedField.init).shown
                return [
                    "name": .text(step.company), "colour": .number(step.colour),
                    "outcome": erasureModels.model(of: further.removeValue(forKey: step.company)),
                    "knows": .list(fields.map { .object($0.model + [("since", .text(moments.clock(step.since)))]) }),
                ]
            }
        let others: [Model] = further.values.sorted { $0.company < $1.company }.map {
            ["name": .text($0.company), "colour": 12, "knows": [], "outcome": erasureModels.model(of: $0)]
        }
        return Page(
            "follow-sharing", title: "Who knows what about you", layout: .public,
            [
                "follow": ["href": .text(call.caller.href)], "companies": .list(companies + beyond + others),
                "canAsk": .flag(FollowErasure.canAsk(in: item, wish?.state)),
                "own": FollowErasure.status(try wish.map { try ErasureView($0, desk) }, moments),
                "case": ["number": .text(desk.enterprise.reference(item.number)), "subject": .text(item.title)],
            ])
    }
}

package struct DisclosureView: Codable, Sendable {
    package let link: ID<Link>
    package let company: String
    package let field: String
    package let at: Timestamp
    package let takenBackAt: Timestamp?

    init(_ entry: Disclosed) {
        link = entry.link
        company = entry.company
        field = entry.field.rawValue
        at = entry.at
        takenBackAt = entry.takenBackAt
    }
}
