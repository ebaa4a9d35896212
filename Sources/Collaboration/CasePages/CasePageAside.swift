// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// The list beside the case, and the column of facts on its right.
extension CasePage {
    func list(_ lines: [CaseLine], _ teams: [Team]) -> [String: Model] {
        // The tags are on the list's own page; beside a case they would be a good part of it.
        CaseListPage(
            filter: CaseFilter(), query: nil, lines: lines, older: nil, desk: desk, viewer: call.caller.member.id,
            moments: moments, current: item.id
        ).model(teams, tags: [])
    }

    func aside(_ members: [(id: ID<Member>, name: String)], _ teams: [Team], _ kind: (any CaseKind.Type)?) throws -> [String: Model] {
        var model: [String: Model] = [
            "customer": customer, "triage": triage(members, teams, kind),
            "watchers": .list(file.watchers.map { ["name": .text($0.name)] }),
            "watching": .flag(file.watchers.contains { $0.id == call.caller.member.id }), "links": .list(links),
            "hasAlike": .flag(!file.alike.isEmpty), "alike": .list(file.alike.map(line)),
        ]
        if !item.product.isEmpty || !item.serial.isEmpty {
            model["product"] = ["name": .text(item.product), "serial": .text(item.serial)]
        }
        if !file.details.isEmpty {
            model["panel"] = [
                "hasFacts": true,
                "facts": .list(
                    file.details.map {
                        ["label": .message(Phrase(stringLiteral: $0.label)), "value": .text($0.value)]
                    }),
            ]
        }
        if let kind {
            model["kindPanel"] = .text(kind.panelTemplate)
            if let panel = try kind.panel(of: item, desk) { model["panel"] = panel }
        }
        model.merge(held) { _, new in new }
        return model
    }

    private func line(_ other: Case) -> Model {
        let stage = desk.kernel.kinds[other.kind]?.lifecycle.stage(other.stage)
        return [
            "number": .text(desk.enterprise.reference(other.number)), "subject": .text(other.title),
            "href": .text(desk.path(to: other)),
            "stageName": .message(stage.map { Phrase(stringLiteral: $0.title) }),
        ]
    }

    private var customer: Model {
        guard let customer = file.customer else {
            return item.customerLabel.isEmpty ? .none : ["name": .text(item.customerLabel), "hidden": true]
        }
        let preferred = file.contactPoints.first(where: \.isPreferred) ?? file.contactPoints.first
        return [
            "name": .text(customer.name), "href": .text("/\(desk.enterprise.slug)/customers/\(customer.id)"),
            "of": .text(customer.knownThrough?.company), "place": .text(customer.place),
            "channel": preferred.map { .object([$0.channel.rawValue: true]) } ?? .none,
            "note": .text(preferred?.note), "points": .list(file.contactPoints.map { ["value": .text($0.value)] }),
        ]
    }

    private func triage(_ members: [(id: ID<Member>, name: String)], _ teams: [Team], _ kind: (any CaseKind.Type)?) -> Model {
        let lifecycle = kind?.lifecycle
        let tags = file.tags.joined(separator: ", ")
        // What was typed, if the form was refused.
        func chosen(_ field: String, _ was: String) -> String { call.typed(field, in: "triage").first ?? was }
        let was = (
            owner: item.owner.map { "\($0)" } ?? "", team: item.team.map { "\($0)" } ?? "",
            priority: item.priority.rawValue
        )
        let stage = chosen("stage", item.stage)
        let (owner, team) = (chosen("owner", was.owner), chosen("team", was.team))
        let stages = [lifecycle?.stage(item.stage)].compactMap(\.self) + (lifecycle?.following(item.stage) ?? [])
        return [
            "stages": .list(
                stages.map {
                    ["value": .text($0.name), "label": .message(Phrase(stringLiteral: $0.title)), "selected": .flag($0.name == stage)]
                }),
            "owners": .list(
                members.map {
                    ["value": .text("\($0.id)"), "label": .text($0.name), "selected": .flag("\($0.id)" == owner)]
                }),
            "teams": .list(
                teams.map {
                    ["value": .text("\($0.id)"), "label": .text($0.name), "selected": .flag("\($0.id)" == team)]
                }),
            "tags": .text(chosen("tags", tags)), "priority": .object([chosen("priority", was.priority): true]),
            "stageWas": .text(item.stage), "ownerWas": .text(was.owner), "teamWas": .text(was.team),
            "priorityWas": .text(was.priority), "tagsWas": .text(tags),
        ]
    }

    /// The bar of time, a thousand units wide.
    private var held: [String: Model] {
        let stops = file.stops.filter { $0.held > 0 }
        let total = stops.reduce(0) { $0 + $1.held }
        guard total > 0 else { return [:] }
        var x: Int64 = 0
        let parts: [Model] = stops.map { stop in
            let width = stop.held * 1000 / total
            defer { x += width }
            return [
                "name": .companyName(stop.step.company), "colour": .number(stop.step.colour),
                "time": .text(moments.span(stop.held)), "x": .number(Int(x)), "width": .number(Int(width)),
            ]
        }
        return ["hasHeld": true, "held": .list(parts)]
    }

    /// The links that the case travels on: whether everything has arrived, what is shared, and what did not arrive.
    private var links: [Model] {
        file.deliveries.map { link, health in
            let company = file.sharing.first { $0.link == link.id }
            let isOurs = file.handovers.contains { $0.link == link.id && $0.direction == .outgoing }
            return [
                "name": .text(link.name), "colour": .number(link.colour), "inStep": .flag(health.waiting == 0),
                "lastReceipt": .text(health.lastReceipt.map(moments.ago) ?? moments.ago(desk.now)),
                "waiting": health.waiting > 0 ? .number(health.waiting) : .none,
                "hasShared": .flag(company?.knows.isEmpty == false), "shared": .list(company?.knownModels(moments) ?? []),
                "hasWithheld": .flag(isOurs),
                "withheld": .list(file.withheld(from: link.id).map { .object($0.model) } + [["field": ["notes": true]]]),
                "deadLetters": .list(
                    health.deadLetters.map { letter in
                        [
                            "what": .text(letter.words), "reason": .text(letter.reason),
                            "sendAgain": letter.canBeSentAgain
                                ? .text("/\(desk.enterprise.slug)/links/\(link.id)/dead-letters/\(letter.id)") : .none,
                        ]
                    }),
            ]
        }
    }
}
