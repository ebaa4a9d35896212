// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage
import Web

/// A customer's own page: where their question is, what was said, and who can see it.
package struct FollowCase: Action {
    package struct Input: FormInput {
        package init(_ form: inout Form) {
            _ = form.path("token")
        }
    }

    package static let route = Route.get("/{enterprise}/follow/{token}")
    package static let summary = "A customer's own page of their case"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(
        _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<FollowView, FollowFile>> {
        let desk = call.desk(tx)
        let file = try FollowFile(call.caller.caseID, desk)
        return .show(Shown(FollowView(file, desk, endsAt: call.caller.endsAt), from: file))
    }

    package static func page(
        _ output: Shown<FollowView, FollowFile>, _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Page? {
        guard let file = output.material else { return nil }
        let desk = call.desk(tx)
        return FollowPage(
            file: file, desk: desk, href: call.caller.href, endsAt: call.caller.endsAt,
            moments: Moments(call.caller.locale, now: call.now)
        ).page
    }
}

extension Follower {
    var href: String { "/\(enterprise.slug)/follow/\(token)" }
}

/// All that a customer may see of their case: messages to them, the journey, and what was disclosed.
package struct FollowFile: Sendable {
    let item: Case
    let messages: [Message]
    let hasEarlier: Bool
    let companies: [ID<Link>: String]
    let files: [ID<Message>: [Attachment]]
    let handovers: [Handover]
    let journey: Journey
    let disclosed: [Disclosed]
    let points: [ContactPoint]
    let isErased: Bool

    init(_ id: ID<Case>, _ desk: Desk) throws {
        guard let item = try desk.cases.find(id) else { throw Missing.case }
        self.item = item
        let newest = try desk.messages.list(of: id, toCustomerOnly: true, limit: 201)
        hasEarlier = newest.count > 200
        messages = Array(newest.suffix(200))
        files = try desk.attachments.list(of: messages.map(\.id))
        handovers = try desk.handovers.list(of: id).filter { $0.direction == .outgoing }
        journey = try desk.journey(of: item, handovers)
        disclosed = try desk.disclosed(of: id)
        isErased = try item.customer.flatMap { try desk.customers.find($0)?.erasedAt } != nil
        points = try item.customer.map { try desk.customers.contactPoints(of: $0) } ?? []
        let links = Set(messages.flatMap(\.audience.links))
        companies = links.isEmpty
            ? [:] : Dictionary(try desk.links.all(links).map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// Other companies that see a message.
    func seers(of message: Message) -> [String] { message.audience.links.compactMap { companies[$0] }.sorted() }

    var preferred: ContactPoint? { points.first(where: \.isPreferred) ?? points.first }

    /// Companies that know who the customer is.
    func knownBy(_ desk: Desk) -> [String] {
        var names = [desk.enterprise.name]
        for entry in disclosed where entry.takenBackAt == nil && SharedField.personal.contains(entry.field) {
            if !names.contains(entry.company) { names.append(entry.company) }
        }
        for step in journey.branches.flatMap({ $0.dropFirst() }) where step.knowsWho {
            if !names.contains(step.company) { names.append(step.company) }
        }
        return names
    }

    /// Companies that see something of the question, but not whose it is; also those beyond the ones we asked, as far as
    /// they are named to us.
    var seenInPart: [FollowView.Part] {
        journey.branches.flatMap { $0 }.compactMap { step in
            let fields = step.sees.compactMap(SharedField.init).shown
            guard !fields.isEmpty, !step.knowsWho else { return nil }
            return FollowView.Part(company: step.company, fields: fields.map(\.rawValue))
        }
    }

    /// What a member of staff last wrote to the customer after an answer had come back.
    var answer: Message? {
        guard let settled = handovers.compactMap({ $0.answer == nil ? nil : $0.settledAt }).max() else { return nil }
        return messages.last { $0.author.kind == .member && $0.sentAt >= settled }
    }

    /// By when somebody further on has promised an answer.
    var due: Timestamp? { handovers.filter { !$0.state.isSettled }.compactMap { $0.answerBy ?? $0.due }.max() }
}

/// A customer's case as JSON.
package struct FollowView: Codable, Sendable {
    package let number: String
    package let title: String
    package let isOpen: Bool
    package let openedAt: Timestamp
    /// By when somebody further on has promised an answer.
    package let due: Timestamp?
    /// When the link to this page stops working; `nil` while the case is open, or for ever.
    package let linkEndsAt: Timestamp?
    /// When the answer to the question was given.
    package let answeredAt: Timestamp?
    /// How the answer comes.
    package let channel: Channel?
    package let isErased: Bool
    package let steps: [Step]
    package let messages: [Line]
    /// Whether there are messages before these, which begin with the newest two hundred.
    package let hasEarlier: Bool
    /// Companies that know who the customer is.
    package let knownBy: [String]
    /// Companies that see something of the question, but not whose it is.
    package let seenInPart: [Part]

    package struct Step: Codable, Sendable {
        package let company: String
        /// The company that passed it on to this one.
        package let askedBy: String?
        package let since: Timestamp
        package let hasIt: Bool
    }

    package struct Part: Codable, Sendable {
        package let company: String
        /// As contracts name them: `question`, `attachments`.
        package let fields: [String]
    }

    package struct Line: Codable, Sendable {
        package let author: String
        package let isYours: Bool
        /// Whether it is the answer to the question.
        package let isAnswer: Bool
        /// Other companies that see it.
        package let seenBy: [String]
        package let text: String
        package let sentAt: Timestamp
        package let files: [FileView]
    }

    init(_ file: FollowFile, _ desk: Desk, endsAt: Timestamp?) {
        linkEndsAt = endsAt
        number = desk.enterprise.reference(file.item.number)
        title = file.item.title
        isOpen = file.item.isOpen
        openedAt = file.item.openedAt
        due = file.due
        answeredAt = file.answer?.sentAt
        channel = file.preferred?.channel
        isErased = file.isErased
        hasEarlier = file.hasEarlier
        knownBy = file.knownBy(desk)
        seenInPart = file.seenInPart
        let stops = file.journey.stops(at: desk.now)
        steps = stops.filter { !$0.cameToNothing }.map { stop in
            Step(
                company: stop.step.company, askedBy: stops.first { $0.step.id == stop.askedBy }?.step.company,
                since: stop.step.since, hasIt: stop.hasIt)
        }
        let answer = file.answer?.id
        messages = file.messages.map { message in
            let isYours = message.author.kind == .customer
            return Line(
                author: isYours ? message.author.name : message.author.firstName, isYours: isYours,
                isAnswer: message.id == answer, seenBy: file.seers(of: message), text: message.body,
                sentAt: message.sentAt, files: (file.files[message.id] ?? []).map { FileView($0, at: desk.now) })
        }
    }
}

private struct FollowPage {
    let file: FollowFile
    let desk: Desk
    let href: String
    let endsAt: Timestamp?
    let moments: Moments

    var page: Page {
        let item = file.item
        return Page(
            "follow", verbatimTitle: item.title, layout: .public,
            [
                "live": .text("\(href)/live"), "follow": ["href": .text(href)],
                "case": ["number": .text(desk.enterprise.reference(item.number)), "subject": .text(item.title)],
                "promise": promise, "linkEnds": .text(endsAt.map(moments.clock)), "erased": .flag(file.isErased), "steps": .list(steps), "messages": .list(messages),
                "hasEarlier": .flag(file.hasEarlier), "seers": .list(seers),
                "partly": .list(partly),
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
                    now.isOwn ? (stops.count > 1 ? "back" : "read") : "looking", time: nil,
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
    fileprivate var cameToNothing: Bool {
        switch step.state {
        case .declined, .withdrawn, .expired, .refused: true
        case .offered, .accepted, .answered, .completed, .returned, nil: false
        }
    }
}

extension JourneyStep {
    fileprivate var knowsWho: Bool {
        sees.compactMap(SharedField.init).contains { SharedField.personal.contains($0) }
    }
}

extension Message.Author {
    /// What a customer reads of somebody who works here.
    fileprivate var firstName: String { name.split(separator: " ").first.map(String.init) ?? name }
}
