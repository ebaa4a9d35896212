// SPDX-License-Identifier: Apache-2.0
import Exchange
import Formats
import Networking
import Office
import Storage

/// A case as API clients see it.
package struct CaseView: Codable, Sendable {
    package let id: ID<Case>
    package let number: String
    package let kind: String
    package let title: String
    package let stage: String
    package let isOpen: Bool
    package let priority: Case.Priority
    package let channel: Channel
    package let customer: CustomerBrief?
    package let owner: ID<Member>?
    package let ownerName: String?
    package let team: ID<Team>?
    package let product: String?
    package let serial: String?
    package let tags: [String]
    package let details: [Detail]
    package let holder: Case.Holder?
    package let due: Timestamp?
    package let openedAt: Timestamp
    package let updatedAt: Timestamp
    package let closedAt: Timestamp?
    /// Grows with every change of the case.
    package let revision: Int
    /// In the order in which they were written or came; those of this part of the case's history.
    package let messages: [MessageView]
    /// What happened besides, in the same order: together with the messages, what the page shows.
    package let events: [EventView]
    /// Where this part of the history begins; `before` this, the one that came before it. Absent in the earliest part.
    package let earlier: Int?
    package let handovers: [HandoverView]
    package let journey: [StopView]
    /// The links that the case travels on, and what did not arrive.
    package let links: [CaseLinkView]
    /// Who knows what of the case and its customer.
    package let sharing: [KnowingCompany]
    package let watchers: [String]
    /// Other cases about the same product.
    package let alike: [CaseBrief]
    /// What features add, by their names.
    package let sections: Sections
}

package struct CaseBrief: Codable, Sendable {
    package let number: String
    package let title: String
    package let stage: String
}

package struct CustomerBrief: Codable, Sendable {
    /// Absent for another company's customer whose contact has not been shared.
    package let id: ID<Customer>?
    package let name: String
    /// Whose customer it is, if not the enterprise's own.
    package let of: String?
    package let place: String?
    package let contactPoints: [ContactPointView]
}

/// One change of a case.
package struct EventView: Codable, Sendable {
    /// Its place in the case's history.
    package let sequence: Int
    package let at: Timestamp
    /// Such as `handover.accepted`.
    package let type: String
    /// `member`, `customer`, `company` or `system`.
    package let actorKind: String
    package let actor: String
    /// The message, handover or member it is about.
    package let object: ID<Event>?
    /// What the log keeps of it, by its type; names are those of that moment.
    package let data: JSONValue

    init(_ event: Event) {
        sequence = event.sequence
        at = event.at
        type = event.type
        actorKind = event.actorKind
        actor = event.actorName
        object = event.object.map(ID.init)
        data = event.json
    }
}

/// A link that a case travels on.
package struct CaseLinkView: Codable, Sendable {
    package let link: ID<Link>
    package let company: String
    package let colour: Int
    /// Events about the case that have not been acknowledged.
    package let waiting: Int
    package let lastReceipt: Timestamp?
    /// What of the customer the company does not know, where we asked it.
    package let withheld: [String]
    package let deadLetters: [DeadLetterView]
}

/// An event that did not arrive, or that the other company's system refused.
package struct DeadLetterView: Codable, Sendable {
    package let id: ID<Outgoing>
    package let link: ID<Link>
    /// The handover it is about, or the link's own conversation.
    package let conversation: ID<Conversation>
    /// Such as `net.entente.handover.offered.v1`.
    package let type: String
    package let code: String
    package let detail: String?
    package let failedAt: Timestamp
    /// Whether `POST …/links/{link}/dead-letters/{id}` sends it again.
    package let canBeSentAgain: Bool

    package init(_ letter: DeadLetter) {
        id = letter.id
        link = letter.link
        conversation = letter.conversation
        type = letter.type.rawValue
        code = letter.code.rawValue
        detail = letter.detail
        failedAt = letter.failedAt
        canBeSentAgain = letter.canBeSentAgain
    }
}

package struct StopView: Codable, Sendable {
    package let company: String
    package let since: Timestamp
    package let until: Timestamp?
    /// Milliseconds for which it held the matter itself.
    package let held: Int64
    package let hasIt: Bool
    package let ask: String?
    package let due: Timestamp?
    /// Of the handover by which it came there.
    package let state: Handover.State?

    init(_ stop: Journey.Stop) {
        company = stop.step.company
        since = stop.step.since
        until = stop.step.until
        held = stop.held
        hasIt = stop.hasIt
        ask = stop.step.ask?.rawValue
        due = stop.step.due
        state = stop.step.state
    }
}

/// Everything a case's page and its JSON are made from, read once.
package struct CaseFile: Sendable {
    let item: Case
    let now: Timestamp
    let number: String
    let customer: Customer?
    let contactPoints: [ContactPoint]
    let events: [Event]
    /// Those of the events, in the events' order, and then answers that came before.
    let messages: [Message]
    let files: [ID<Message>: [Attachment]]
    let handovers: [Handover]
    let links: [ID<Link>: Link]
    let journey: Journey
    let stops: [Journey.Stop]
    /// What the case's handovers have disclosed.
    let ledger: [Disclosed]
    let sharing: [KnowingCompany]
    /// How what was sent about the case is getting on, a link.
    let deliveries: [(link: Link, health: DeliveryHealth)]
    let ownerName: String?
    let watchers: [(id: ID<Member>, name: String)]
    let alike: [Case]
    let tags: [String]
    let details: [Detail]
    let sections: Sections
    private let brief: @Sendable (Case) -> CaseBrief

    /// - Parameter before: shows what came before that event; `nil` shows the newest.
    init(_ item: Case, before: Int? = nil, for viewer: StaffCaller, _ desk: Desk) throws {
        self.item = item
        now = desk.now
        number = desk.enterprise.reference(item.number)
        // What depends on nothing but the case is asked for at once.
        let askedCustomer = try desk.customers.ask(item.customer)
        let askedPoints = try desk.customers.askContactPoints(of: item.customer)
        let askedEvents = try desk.askEvents(of: item.id.uuid, before: before, leavingOut: desk.kernel.eventTypes.unshown)
        let askedHandovers = try desk.handovers.ask(of: item.id)
        let askedFiles = try desk.attachments.ask(of: item.id)
        let askedLedger = try desk.askDisclosed(of: [item.id])
        let askedPeople = try desk.cases.askPeople(of: item)
        let askedAlike = try item.product.isEmpty ? nil : desk.cases.askAlike(item)
        let askedTags = try desk.cases.askTags(of: item.id)
        customer = try askedCustomer.rows.first
        contactPoints = try askedPoints.rows
        events = try askedEvents.rows.reversed()
        handovers = try askedHandovers.rows
        files = Dictionary(grouping: try askedFiles.rows, by: \.message)
        ledger = try askedLedger.rows.compactMap(\.self)
        let people = try askedPeople.rows
        ownerName = people.first(where: \.isOwner)?.name
        watchers = people.filter { !$0.isOwner }.map { ($0.id, $0.name) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        alike = try askedAlike?.rows ?? []
        tags = try askedTags.rows
        let said: [ID<Message>] = events.filter { $0.type == MessageAdded.type }.compactMap(\.object).map(ID.init)
        // An answer stays on the desk, with its files, also when it has scrolled out of what is shown.
        let answers = handovers.compactMap { $0.answer?.message }
        let times = events.map(\.at)
        let shown = times.min().flatMap { first in times.max().map { first...$0 } }
        let found = try desk.messages.find(Set(said + answers), of: item.id, sentIn: shown)
        let places = Dictionary(said.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        messages = found.sorted { (places[$0.id] ?? .max, $0.sentAt, $0.id) < (places[$1.id] ?? .max, $1.sentAt, $1.id) }
        links = try desk.links.byID(handovers.map(\.link) + [item.origin].compactMap(\.self))
        journey = try desk.journey(of: item, handovers, knowing: links, ledger)
        stops = journey.stops(at: desk.now)
        let involved = Set(handovers.map(\.link)).sorted().compactMap { [links] in links[$0] }
        deliveries = try involved.map { [handovers] link in
            (link, try desk.deliveryHealth(of: handovers.filter { $0.link == link.id }.map(\.id), over: link.id))
        }
        details = try desk.kernel.kinds[item.kind]?.details(of: item, desk) ?? []
        sections = try desk.sections(of: CaseShown(item: item, customer: customer, viewer: viewer))
        brief = { [enterprise = desk.enterprise] in
            CaseBrief(number: enterprise.reference($0.number), title: $0.title, stage: $0.stage)
        }
        sharing = try desk.knowing(ledger, beyond: journey.branches.flatMap { $0.dropFirst() }, of: .item(item), links)
    }

    var incoming: Handover? { handovers.last { $0.direction == .incoming } }

    /// Where the history that is shown begins, if there is more before it.
    var earlier: Int? { events.first.flatMap { $0.sequence > 1 ? $0.sequence : nil } }

    var view: CaseView {
        let byID = Dictionary(messages.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let said = events.filter { $0.type == MessageAdded.type }.compactMap { event in
            event.object.flatMap { byID[ID($0)] }.map {
                MessageView($0, files[$0.id] ?? [], at: now, sequence: event.sequence, author: author(of: $0))
            }
        }
        return CaseView(
            id: item.id, number: number, kind: item.kind, title: item.title,
            stage: item.stage, isOpen: item.isOpen, priority: item.priority, channel: item.channel,
            customer: customerBrief, owner: item.owner, ownerName: ownerName, team: item.team,
            product: item.product.isEmpty ? nil : item.product,
            serial: item.serial.isEmpty ? nil : item.serial, tags: tags, details: details, holder: item.holder, due: item.due,
            openedAt: item.openedAt, updatedAt: item.updatedAt, closedAt: item.closedAt, revision: item.revision,
            messages: said, events: events.filter { $0.type != MessageAdded.type }.map(EventView.init), earlier: earlier,
            handovers: handovers.map { handover in
                let sent = handover.answer?.message.flatMap { files[$0] } ?? []
                return HandoverView(
                    handover, company: links[handover.link]?.name, files: sent.map { FileView($0, at: now) })
            }, journey: stops.map(StopView.init), links: deliveries.map { delivery in view(of: delivery.link, delivery.health) },
            sharing: sharing, watchers: watchers.map(\.name), alike: alike.map(brief), sections: sections)
    }

    /// A customer of another company has a name here once it has been shared.
    func author(of message: Message) -> String {
        message.author.kind == .customer ? customer?.name ?? message.author.name : message.author.name
    }

    /// What of the customer a company that we asked does not know; nothing is withheld from one that asked us.
    func withheld(from link: ID<Link>) -> [SharedField] {
        guard handovers.contains(where: { $0.link == link && $0.direction == .outgoing }) else { return [] }
        return SharedField.personal.filter { field in
            !ledger.contains { $0.link == link && $0.field == field && $0.takenBackAt == nil }
        }
    }

    private func view(of link: Link, _ health: DeliveryHealth) -> CaseLinkView {
        CaseLinkView(
            link: link.id, company: link.name, colour: link.colour, waiting: health.waiting,
            lastReceipt: health.lastReceipt, withheld: withheld(from: link.id).map(\.rawValue),
            deadLetters: health.deadLetters.map(DeadLetterView.init))
    }

    private var customerBrief: CustomerBrief? {
        if let customer {
            return CustomerBrief(
                id: customer.id, name: customer.name, of: customer.knownThrough?.company,
                place: customer.place.isEmpty ? nil : customer.place, contactPoints: contactPoints.map(ContactPointView.init))
        }
        return item.customerLabel.isEmpty
            ? nil : CustomerBrief(id: nil, name: item.customerLabel, of: nil, place: nil, contactPoints: [])
    }
}
