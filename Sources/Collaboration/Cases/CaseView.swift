// SPDX-License-Identifier: Apache-2.0
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
    package let messages: [MessageView]
    package let handovers: [HandoverView]
    package let journey: [StopView]
    /// Wishes to erase what is held about its customer, the newest first.
    package let erasures: [ErasureView]
}

package struct CustomerBrief: Codable, Sendable {
    /// Absent for another company's customer whose contact has not been shared.
    package let id: ID<Customer>?
    package let name: String
    /// Whose customer it is, if not the enterprise's own.
    package let of: String?
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

    init(_ stop: Journey.Stop) {
        company = stop.step.company
        since = stop.step.since
        until = stop.step.until
        held = stop.held
        hasIt = stop.hasIt
        ask = stop.step.ask?.rawValue
        due = stop.step.due
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
    let messages: [Message]
    let files: [ID<Message>: [Attachment]]
    let handovers: [Handover]
    let links: [ID<Link>: Link]
    let journey: Journey
    let stops: [Journey.Stop]
    /// What the case's handovers have disclosed.
    let ledger: [Disclosed]
    let tags: [String]
    let details: [Detail]
    let erasures: [Erasure]
    private let erasureViews: [ErasureView]

    /// - Parameter before: shows what came before that event; `nil` shows the newest.
    init(_ item: Case, before: Int? = nil, _ desk: Desk) throws {
        self.item = item
        now = desk.now
        number = desk.enterprise.reference(item.number)
        customer = try item.customer.flatMap { try desk.customers.find($0) }
        contactPoints = try customer.map { try desk.customers.contactPoints(of: $0.id) } ?? []
        events = try desk.events(of: item.id.uuid, before: before).reversed()
        handovers = try desk.handovers.list(of: item.id)
        let said: [ID<Message>] = events.filter { $0.type == "message.added" }.compactMap(\.object).map(ID.init)
        // An answer stays on the desk, with its files, also when it has scrolled out of what is shown.
        let answers = handovers.compactMap { $0.answer?.message }
        let times = events.map(\.at)
        let shown = times.min().flatMap { first in times.max().map { first...$0 } }
        messages = try desk.messages.find(Set(said + answers), of: item.id, sentIn: shown)
        files = try desk.attachments.list(of: item.id)
        links = try Dictionary(
            desk.links.all(handovers.map(\.link) + [item.origin].compactMap(\.self)).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        ledger = try desk.disclosed(of: item.id)
        journey = try desk.journey(of: item, handovers, knowing: links, ledger)
        stops = journey.stops(at: desk.now)
        tags = try desk.cases.tags(of: item.id)
        details = try desk.kernel.kinds[item.kind]?.details(of: item, desk) ?? []
        erasures = try desk.erasures.list(about: item)
        erasureViews = try ErasureView.all(erasures, desk)
    }

    var incoming: Handover? { handovers.last { $0.direction == .incoming } }

    var view: CaseView {
        CaseView(
            id: item.id, number: number, kind: item.kind, title: item.title,
            stage: item.stage, isOpen: item.isOpen, priority: item.priority, channel: item.channel,
            customer: customerBrief, owner: item.owner, team: item.team, product: item.product.isEmpty ? nil : item.product,
            serial: item.serial.isEmpty ? nil : item.serial, tags: tags, details: details, holder: item.holder, due: item.due,
            openedAt: item.openedAt, updatedAt: item.updatedAt, closedAt: item.closedAt, revision: item.revision,
            messages: messages.map { MessageView($0, files[$0.id] ?? [], at: now) },
            handovers: handovers.map(HandoverView.init), journey: stops.map(StopView.init), erasures: erasureViews)
    }

    private var customerBrief: CustomerBrief? {
        if let customer {
            return CustomerBrief(id: customer.id, name: customer.name, of: customer.knownThrough?.company)
        }
        return item.customerLabel.isEmpty ? nil : CustomerBrief(id: nil, name: item.customerLabel, of: nil)
    }
}
