// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Office
import Storage
import Web

/// A customer's own page: where their question is, what was said, and who can see it.
package struct FollowCase: Action {
    package typealias Input = OwnInput

    package static let route = Route.get("/{enterprise}/follow/{token}")
    package static let summary = "A customer's own page of their case"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(
        _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<FollowView, FollowFile>> {
        let desk = call.desk(tx)
        let file = try FollowFile(call.caller.caseID, desk)
        let sections = try desk.sections(of: OwnCase(call.caller, file.item))
        return .show(Shown(FollowView(file, sections, desk, endsAt: call.caller.endsAt), from: file))
    }

    package static func page(
        _ output: Shown<FollowView, FollowFile>, _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Page? {
        guard let file = output.material else { return nil }
        let desk = call.desk(tx)
        return try FollowPage(
            file: file, sections: output.view.sections, desk: desk, href: call.caller.href, endsAt: call.caller.endsAt,
            moments: Moments(call.caller.locale, now: call.now)
        ).page()
    }
}

private struct FollowPage {
    let file: FollowFile
    let sections: Sections
    let desk: Desk
    let href: String
    let endsAt: Timestamp?
    let moments: Moments

    func page() throws -> Page {
        let item = file.item
        return Page(
            "follow", verbatimTitle: item.title, layout: .public,
            [
                "live": .text("\(href)/live"), "follow": ["href": .text(href)],
                "case": ["number": .text(desk.enterprise.reference(item.number)), "subject": .text(item.title)],
                "promise": promise, "linkEnds": .text(endsAt.map(moments.clock)), "erased": .flag(file.isErased), "steps": .list(steps), "messages": .list(messages),
                "hasEarlier": .flag(file.hasEarlier), "seers": .list(seers),
                "partly": .list(partly), "sections": try sections.model(desk, moments),
                "forms": ["call": ["phone": ["value": .text(file.points.first { $0.channel != .email }?.value)]]],
            ])
    }

    private var promise: Model {
        if file.isErased { return ["erased": true] }
        if !file.item.isOpen { return ["closed": true] }
        if let answer = file.answer { return ["answered": true, "when": .text(moments.clock(answer.sentAt))] }
        guard let due = file.due else { return ["none": true] }
        guard due >= desk.now else { return ["late": true] }
        let time = moments.clock(due)
        return ["by": .message(moments.isToday(due) ? "today by \(time)" : "by \(time)")]
    }

    private var steps: [Model] {
        let stops = file.journey.stops(at: desk.now)
        var models: [Model] = [step("asked", time: file.item.openedAt)]
        for stop in stops where !stop.isOwn && !stop.cameToNothing {
            let asker = stops.first { $0.step.id == stop.askedBy }?.step.company ?? desk.enterprise.name
            models.append(
                step("passedTo", time: stop.step.since, [("company", .companyName(asker)), ("to", .companyName(stop.step.company))]))
        }
        if let answer = file.answer {
            models.append(step("answered", time: answer.sentAt))
            return models
        }
        if let now = stops.last(where: \.hasIt), file.item.isOpen {
            let told = now.step.sees.compactMap(SharedField.init)
            let isOnly = !now.isOwn && !told.shown.isEmpty && !told.contains { SharedField.personal.contains($0) }
            models.append(
                step(
                    now.isOwn ? (stops.count > 1 ? "back" : "read") : now.step.state == .offered ? "waiting" : "looking",
                    time: nil,
                    [
                        ("company", .companyName(now.step.company)), ("now", true), ("since", .text(moments.clock(now.step.since))),
                        ("toldOnly", .flag(isOnly)), ("toldFields", .list(told.shown.map { .object($0.model) })),
                    ]))
        }
        if file.isErased { return models }
        models.append(
            step(
                "answered", time: nil,
                [
                    ("next", true), ("by", .text(file.due.map(moments.clock))),
                    ("channel", file.preferred.map { .object([$0.channel.rawValue: true]) } ?? .none),
                ]))
        return models
    }

    private func step(_ what: String, time: Timestamp?, _ more: [Model.Member] = []) -> Model {
        .object(
            [
                ("what", .object([what: true])), ("time", .text(time.map(moments.clock))),
                ("datetime", .text(time?.rfc3339)),
            ] + more)
    }

    private var messages: [Model] {
        let answer = file.answer?.id
        return file.messages.map { message in
            let isMine = message.author.kind == .customer
            return [
                "id": .text("\(message.id)"), "mine": .flag(isMine),
                "author": .text("\(message.author.firstName), \(desk.enterprise.name)"),
                "time": .text(moments.clock(message.sentAt)), "datetime": .text(message.sentAt.rfc3339),
                "text": .text(message.body), "erased": .flag(message.erased != nil), "answer": .flag(message.id == answer),
                "seenBy": .list(file.seers(of: message).map { ["name": .text($0)] }),
                "hasFiles": .flag(file.files[message.id] != nil),
                "files": .list((file.files[message.id] ?? []).map { $0.model(at: "\(href)/files/\($0.id)", desk.now) }),
            ]
        }
    }

    private var seers: [Model] { file.knownBy(desk).map { ["name": .companyName($0)] } }

    private var partly: [Model] {
        file.seenInPart.map { part in
            let fields = part.fields.compactMap(SharedField.init)
            return ["name": .companyName(part.company), "fields": .list(fields.map { .object($0.model) })]
        }
    }
}

extension Journey.Stop {
    /// Whether the company never took it on, so that a customer need not hear of it.
    var cameToNothing: Bool {
        switch step.state {
        case .declined, .withdrawn, .expired, .refused: true
        case .offered, .accepted, .answered, .completed, .returned, nil: false
        }
    }
}

extension JourneyStep {
    var knowsWho: Bool {
        sees.compactMap(SharedField.init).contains { SharedField.personal.contains($0) }
    }
}
