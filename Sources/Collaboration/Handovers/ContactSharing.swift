// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

extension Desk {
    /// Sends the customer's name and contact on acceptance, as far as the contract shares them and the customer has not
    /// taken the sharing back.
    func shareContact(of item: Case, in handover: inout Handover, over link: Link) throws {
        guard let contract = link.contract, let customer = try item.customer.flatMap({ try customers.find($0) }),
            try !isSharingTakenBack(of: item, with: link.id)
        else { return }
        let upstream = try contractOfOrigin(of: item)
        func shares(_ field: SharedField) -> Bool {
            contract.shares(field, accepted: true) && upstream?.passOn(field) != .never
        }
        let points = shares(.customerContact) ? try customers.contactPoints(of: customer.id) : []
        let name = shares(.customerName) ? customer.name : nil
        guard name != nil || !points.isEmpty else { return }
        try send(
            ContactSharedV1(
                handover: handover.id.uuid, customer: try links.reference(of: customer.id, on: link.id), name: name,
                points: points.map(\.wire), place: shares(.customerPlace) ? customer.place : nil,
                language: customer.language),
            about: handover, over: link)
        handover.sharesContact = true
        try disclose(
            [.customerName, .customerContact, .customerPlace].filter(shares), of: item, to: link)
    }

    /// Another company's customer becomes known here, as a record of its own.
    func receive(_ event: ContactSharedV1, from link: Link) throws {
        var (handover, item) = try take(event.handover, over: link, .incoming)
        let points = event.points.compactMap(ContactPoint.init)
        var customer =
            try customers.find(reference: event.customer, through: link.id)
            ?? Customer(
                name: "", knownThrough: Acquaintance(link: link.id, reference: event.customer, company: link.name),
                createdAt: now)
        let isNew = customer.revision == 0
        customer.name = event.name ?? item.customerLabel
        customer.place = event.place ?? customer.place
        customer.language = event.language == "nl" ? "nl" : "en"
        customer.revision += 1
        if isNew { try customers.add(customer, reachedBy: points) } else { try customers.save(customer, reachedBy: points) }
        item.customer = customer.id
        handover.sharesContact = true
        try handovers.save(handover)
        try note("contact.shared", on: &item, object: customer.id.uuid, detail: link.name)
        try cases.save(item)
    }

    /// The customer, or the company whose customer it is, takes the contact back: we forget it, and tell those we told.
    func receive(_ event: ContactRevokedV1, from link: Link) throws {
        guard var customer = try customers.find(reference: event.customer, through: link.id) else { return }
        for id in try cases.all(of: customer.id) {
            var item = try cases.take(id)
            try revokeContact(of: &item, telling: nil, because: event.reason)
            try note("contact.revoked", on: &item, detail: link.name)
            try cases.save(item)
        }
        customer.name = "–"
        customer.place = ""
        customer.revision += 1
        try customers.save(customer, reachedBy: [])
    }

    /// Takes the contact back from the companies that have it: from one, or from all.
    func revokeContact(of item: inout Case, telling only: ID<Link>?, because reason: String) throws {
        guard let customer = item.customer else { return }
        for var handover in try handovers.list(of: item.id)
        where handover.direction == .outgoing && handover.sharesContact && (only == nil || only == handover.link) {
            guard let link = try links.find(handover.link) else { continue }
            try send(
                ContactRevokedV1(
                    handover: handover.id.uuid, customer: try links.reference(of: customer, on: link.id), reason: reason),
                about: handover, over: link)
            handover.sharesContact = false
            try handovers.save(handover)
            try takeBackDisclosures(of: item, from: link.id)
            try note("sharing.takenBack", on: &item, object: handover.id.uuid, detail: link.name)
        }
    }
}

extension ContactPoint {
    fileprivate var wire: ContactPointV1 {
        ContactPointV1(kind: channel.rawValue, value: value, isPreferred: isPreferred, note: note.isEmpty ? nil : note)
    }

    /// `nil` for a channel that is not known here.
    fileprivate init?(_ wire: ContactPointV1) {
        guard let channel = Channel(rawValue: wire.kind) else { return nil }
        self.init(channel: channel, value: wire.value, isPreferred: wire.isPreferred, note: wire.note ?? "")
    }
}

extension CaseStore {
    fileprivate func all(of customer: ID<Customer>) throws -> [ID<Case>] {
        try tx.all("SELECT id FROM cases WHERE enterprise = \(desk.scope) AND customer = \(customer) ORDER BY id") {
            try $0.next()
        }
    }
}
