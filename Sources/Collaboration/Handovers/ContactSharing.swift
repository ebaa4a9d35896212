// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// Sends the customer's name and contact on acceptance, as far as the contract shares them and the customer has not
    /// taken the sharing back.
    /// - Returns: what was sent.
    @discardableResult
    func shareContact(of item: Case, in handover: inout Handover, over link: Link) throws -> [SharedField] {
        guard let contract = link.contract, let customer = try item.customer.flatMap({ try customers.find($0) }),
            try !hasTakenBack(customer.id, from: link.id)
        else { return [] }
        let upstream = try contractOfOrigin(of: item)
        func shares(_ field: SharedField) -> Bool {
            contract.shares(field, accepted: true) && upstream?.passOn(field) != .never
        }
        let points = shares(.customerContact) ? try customers.contactPoints(of: customer.id) : []
        let name = shares(.customerName) ? customer.name : nil
        let place = shares(.customerPlace) && !customer.place.isEmpty ? customer.place : nil
        guard name != nil || !points.isEmpty || place != nil else { return [] }
        try send(
            ContactSharedV1(
                handover: handover.id.uuid, customer: try reference(of: customer.id, on: link.id), name: name,
                points: points.prefix(Limits.contactPoints).map(\.wire), place: place,
                language: shares(.language) ? customer.language : nil),
            about: handover, over: link)
        handover.sharesContact = true
        var fields: [SharedField] = []
        if name != nil { fields.append(.customerName) }
        if !points.isEmpty { fields.append(.customerContact) }
        if place != nil { fields.append(.customerPlace) }
        try disclose(fields, of: item, to: link)
        return fields
    }

    /// Tells the companies that know how to reach a customer what was corrected, as far as their contracts share it.
    /// - Parameter held: a case that the caller is changing.
    package func shareCorrection(of customer: ID<Customer>, holding held: inout HeldCase) throws {
        for id in try cases.all(of: customer) {
            if id == held.id {
                try shareCorrection(in: &held)
            } else {
                try change(id) { try shareCorrection(in: &$0) }
            }
        }
    }

    package func shareCorrection(of customer: ID<Customer>) throws {
        for id in try cases.all(of: customer) { try change(id) { try shareCorrection(in: &$0) } }
    }

    private func shareCorrection(in item: inout HeldCase) throws {
        for var handover in try handovers.list(of: item.id)
        where handover.direction == .outgoing && handover.state == .accepted && handover.sharesContact {
            guard let link = try links.find(handover.link), link.isActive else { continue }
            try shareContact(of: item.case, in: &handover, over: link)
            try note(ContactCorrected(company: link.name), on: &item, object: handover.id.uuid)
        }
    }

    /// Another company's customer becomes known here, as a record of its own.
    func receive(_ event: ContactSharedV1, from link: Link) throws {
        // Before the case, as everybody does who holds both.
        var customer = try customers.take(
            Acquaintance(link: link.id, reference: event.customer, company: link.name))
        try change(event.handover, over: link, .incoming) { handover, item in
            try keep(event, of: &customer, &handover, &item, link)
        }
    }

    private func keep(
        _ event: ContactSharedV1, of customer: inout Customer, _ handover: inout Handover, _ item: inout HeldCase, _ link: Link
    ) throws {
        guard handover.acceptedAt != nil else {
            throw Rejection(.notAgreed, "who the customer is is told on acceptance")
        }
        try link.refuse(unlessShared: event.told, accepted: true)
        let points = event.points.compactMap(ContactPoint.init)
        // One handover is about one customer: under another reference they would be somebody else, and the first be left
        // behind without a case.
        if let known = try item.customer.flatMap({ try customers.find($0) })?.knownThrough, known.link == link.id,
            known.reference != event.customer
        {
            throw Rejection(.stale, "this handover is about another customer")
        }
        // What was still on its way when they asked to be forgotten.
        guard customer.erasedAt == nil else { return }
        let isNew = customer.revision == 0
        if let name = event.name { customer.name = name } else if isNew { customer.name = item.customerLabel }
        customer.place = event.place ?? customer.place
        customer.language = event.language == "nl" ? "nl" : "en"
        customer.revision += 1
        try customers.save(customer, reachedBy: points)
        item.customer = customer.id
        handover.sharesContact = true
        try handovers.save(handover)
        try note(ContactShared(company: link.name), on: &item, object: customer.id.uuid)
    }

    /// The customer, or the company whose customer it is, takes the contact back: we forget it, and tell those we told.
    func receive(_ event: ContactRevokedV1, from link: Link) throws {
        guard let known = try customers.find(reference: event.customer, through: link.id),
            var customer = try customers.take(known.id), customer.erasedAt == nil
        else { return }
        let strikeout = Strikeout(
            name: customer.name, customer.kind, points: try customers.contactPoints(of: customer.id))
        for id in try cases.all(of: customer.id) {
            try change(id) { item in
                try revokeContact(of: &item, telling: nil, because: event.reason)
                try strikeOut(strikeout, in: &item)
                try note(ContactRevoked(company: link.name), on: &item)
            }
        }
        customer.name = "–"
        customer.place = ""
        customer.revision += 1
        try customers.save(customer, reachedBy: [])
        try forget(in: customer.id.uuid, as: customer.name) { $0 }
        try leaveNoRemains()
    }

    /// Takes the customer's contact back from the companies that have it, in all their cases: from one, or from all and
    /// from those that would get it later.
    package func revokeContact(of item: inout HeldCase, telling only: ID<Link>?, because reason: String) throws {
        guard let customer = item.customer else { return }
        try keepWish(of: customer, against: only)
        for id in try cases.all(of: customer) {
            if id == item.id {
                try revoke(customer, in: &item, telling: only, because: reason)
            } else {
                try change(id) { try revoke(customer, in: &$0, telling: only, because: reason) }
            }
        }
    }

    private func revoke(
        _ customer: ID<Customer>, in item: inout HeldCase, telling only: ID<Link>?, because reason: String
    ) throws {
        for var handover in try handovers.list(of: item.id)
        where handover.direction == .outgoing && handover.sharesContact && (only == nil || only == handover.link) {
            guard let link = try links.find(handover.link) else { continue }
            try send(
                ContactRevokedV1(
                    handover: handover.id.uuid, customer: try reference(of: customer, on: link.id), reason: reason),
                about: handover, over: link)
            handover.sharesContact = false
            try handovers.save(handover)
            try takeBackDisclosures(of: item.case, from: link.id)
            try note(SharingTakenBack(company: link.name), on: &item, object: handover.id.uuid)
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
    package func all(of customer: ID<Customer>) throws -> [ID<Case>] {
        try tx.all("SELECT id FROM cases WHERE enterprise = \(desk.scope) AND customer = \(customer) ORDER BY id") {
            try $0.next()
        }
    }
}
