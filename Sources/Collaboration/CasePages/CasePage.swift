// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// The model of a case's page.
struct CasePage {
    let file: CaseFile
    let call: Call<StaffCaller, ShowCase.Input>
    let desk: Desk
    let moments: Moments

    init(_ file: CaseFile, _ call: Call<StaffCaller, ShowCase.Input>, _ tx: Transaction) {
        self.file = file
        self.call = call
        desk = call.desk(tx)
        href = desk.path(to: file.item)
        moments = Moments(call.caller.locale, now: call.now)
        var scene = EventScene(moments)
        if let kind = desk.kernel.kinds[file.item.kind] { scene.kinds[file.item.id.uuid] = kind }
        scene.tell(of: file.handovers, over: file.links)
        self.scene = scene
    }

    var item: Case { file.item }
    let href: String
    let scene: EventScene

    func page() throws -> Page {
        let askedMembers = try desk.members.askNames()
        let askedTeams = try desk.teams.ask()
        let askedLines = try desk.cases.ask(CaseFilter(), by: nil, limit: 20)
        let askedLinks = try desk.links.askActive()
        let (members, teams, lines, active) = try (askedMembers.rows, askedTeams.rows, askedLines.rows, askedLinks.rows)
        let stops = stops
        let kind = desk.kernel.kinds[item.kind]
        var model: [String: Model] = [
            "live": .text("/\(desk.enterprise.slug)/live?case=\(file.number)"),
            "case": head(kind), "stops": .number(stops.count), "journey": .list(stops),
            "requests": .list(requests), "entries": .list(entries), "audience": .list(audience),
            "sections": try file.sections.model(desk, moments),
        ]
        model["earlier"] = .text(file.earlier.map { "\(href)?before=\($0)" })
        model.merge(list(lines, teams)) { _, new in new }
        try model.merge(aside(members, teams, kind)) { _, new in new }
        if let answering = answering { model["answering"] = answering }
        let companies = try companies(among: active)
        model["handOverTo"] = .list(companies)
        if companies.isEmpty { model["uncovered"] = uncovered(among: active) }
        model["forms"] = forms
        if let reply { model.merge(forwarding(reply)) { _, new in new } }
        return Page("case", verbatimTitle: item.title, model)
    }

    private func head(_ kind: (any CaseKind.Type)?) -> Model {
        let opener = file.messages.first { $0.author.kind == .customer }?.author.name ?? file.events.first?.actorName
        return [
            "number": .text(file.number), "href": .text(href), "subject": .text(item.title),
            "kindName": .message(kind.map { Phrase(stringLiteral: $0.title) }),
            "openedBy": .text(file.customer?.name ?? opener ?? ""),
            "through": .text(item.origin.flatMap { file.links[$0]?.name }),
            "openedAgo": .text(moments.ago(item.openedAt)), "openedAt": .text(item.openedAt.rfc3339),
            "stageName": .message(kind?.lifecycle.stage(item.stage).map { Phrase(stringLiteral: $0.title) }),
            "priority": .object([item.priority.rawValue: true]), "closed": .flag(!item.isOpen),
            "urgent": .flag(item.priority == .urgent), "owner": .text(file.ownerName),
        ]
    }

    private var stops: [Model] {
        let all = file.stops
        var models: [Model] = []
        let asker = file.customer?.name ?? (item.customerLabel.isEmpty ? nil : item.customerLabel)
        if let asker {
            models.append([
                "name": .text(asker), "askedAt": .text(moments.clock(file.journey.before.first?.since ?? item.openedAt)),
                "channel": .object([item.channel.rawValue: true]),
            ])
        }
        for stop in all {
            // What a company asked stands with the company that asked.
            let asked = all.last { $0.askedBy == stop.step.id && $0.step.state?.isSettled != true }
                ?? all.last { $0.askedBy == stop.step.id }
            let (left, late) = stop.step.due.map(moments.deadline) ?? (nil, nil)
            let isOffered = stop.step.state == .offered
            models.append([
                "name": .companyName(stop.step.company), "colour": .number(stop.step.colour), "you": .flag(stop.isOwn),
                "held": stop.hasIt ? .none : .text(moments.span(stop.held)),
                "now": .flag(stop.hasIt && !isOffered && item.isOpen), "offered": .flag(stop.hasIt && isOffered),
                "left": .text(left), "late": .text(late), "due": .text(stop.step.due?.rfc3339),
                "soon": .flag(stop.step.due.map(moments.isSoon) ?? false),
                "ended": .object(
                    stop.step.state.flatMap { $0.isSettled && !stop.isOwn ? [$0.rawValue: true] : nil } ?? [:]),
                "asks": asked.map { asks($0.step) } ?? .none,
            ])
        }
        return models
    }

    /// What the company before a step asked of it.
    private func asks(_ step: JourneyStep) -> Model {
        step.ask.map { ["form": .object([$0.rawValue: true]), "by": .text(step.due.map(moments.clock))] } ?? .none
    }

    /// Whom a message can be shown to: the companies involved, and the customer if they are our own.
    private var audience: [Model] {
        let involved = Set(file.handovers.map(\.link))
        var models: [Model] = file.links.values.filter { involved.contains($0.id) }.sorted { $0.id < $1.id }.map { link in
            [
                "value": .text("\(link.id)"), "name": .text(link.name), "colour": .number(link.colour),
                "checked": .flag(call.typed("to", in: "message").contains("\(link.id)")),
            ]
        }
        if item.origin == nil, let customer = file.customer {
            models.append([
                "value": "customer", "name": .text(customer.name), "customer": true,
                "checked": .flag(reply != nil || call.typed("to", in: "message").contains("customer")),
            ])
        }
        return models
    }

    /// The answer that the composer is to tell the customer: the address names it, or the form that was refused.
    private var reply: Handover? {
        let typed = call.typed("reply", in: "message").first.flatMap { ID<Handover>($0) }
        return (call.input.reply ?? typed).flatMap { id in file.handovers.first { $0.id == id && $0.answer != nil } }
    }

    private func forwarding(_ reply: Handover) -> [String: Model] {
        let files = reply.answer?.message.flatMap { file.files[$0] } ?? []
        return [
            "reply": .text("\(reply.id)"),
            "forward": .list(
                files.map {
                    ["value": .text("\($0.id)"), "name": .text($0.name), "size": .text($0.shownSize), "checked": true]
                }),
        ]
    }

    private var forms: Model {
        let locale = call.caller.locale
        let accept = desk.now.adding(.seconds(4 * 3600))
        let answer = desk.now.adding(.seconds(24 * 3600))
        return [
            "handOver": [
                "acceptBy": ["value": .text(locale.localTime(accept))],
                "answerBy": ["value": .text(locale.localTime(answer))],
            ],
            "answer": ["wording": ["is": ["asIs": true]]],
            "message": ["text": ["value": .text(reply?.answer?.text)]],
        ]
    }
}
