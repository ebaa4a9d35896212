// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Office
import Storage

extension Desk {
    /// The customer of a case, which the caller holds, asks to be forgotten. Asked twice it is one wish.
    package func askErasure(in item: inout HeldCase) throws -> Erasure {
        guard item.origin == nil, let customer = try item.customer.flatMap({ try customers.take($0) }) else {
            throw Missing.customer
        }
        guard customer.erasedAt == nil else { throw ErasureRefusal.erased }
        if let asked = try erasures.list(of: customer.id).first(where: { $0.state == .asked }) { return asked }
        let erasure = Erasure(cause: .customer, customer: customer.id, askedAt: now)
        try erasures.add(erasure, about: [item.id])
        try note(ErasureAsked(company: nil), on: &item, object: erasure.id.uuid)
        return erasure
    }

    /// Erases what is held about a customer, and asks those to whom it went to do the same.
    package func erase(_ id: ID<Erasure>) throws -> Erasure {
        try decide(id, .erased) { erasure, customer, items in
            try passOn(erasure, about: items)
            try erase(items, of: customer, by: erasure)
        }
    }

    /// Keeps it, on a legal ground.
    /// - Parameter passingOn: whether those to whom it went are asked to erase it all the same.
    package func refuse(
        _ id: ID<Erasure>, on ground: Erasure.Ground, reason: String, passingOn: Bool
    ) throws -> Erasure {
        try decide(id, .refused, ground, reason) { erasure, _, items in
            if passingOn { try passOn(erasure, about: items) }
            for id in items {
                try change(id) { try note(ErasureRefused(ground: ground), on: &$0, object: erasure.id.uuid) }
            }
        }
    }

    /// Holds the customer first, so that no case of theirs is opened meanwhile, and then the cases, so that nothing goes
    /// to anybody once the ledger is read. Whoever holds several of these takes them in this order.
    private func decide(
        _ id: ID<Erasure>, _ state: Erasure.State, _ ground: Erasure.Ground? = nil, _ reason: String = "",
        then: (Erasure, Customer?, [ID<Case>]) throws -> Void
    ) throws -> Erasure {
        guard let found = try erasures.find(id) else { throw DecisionRefusal.notAsked }
        let customer = try found.customer.flatMap { try customers.take($0) }
        var items = Set(try erasures.cases(of: id))
        // Of a customer of ours all cases are meant, also those that came after the wish.
        if found.origin == nil, let customer { items.formUnion(try cases.all(of: customer.id)) }
        let held = items.sorted()
        try hold(held)
        guard var erasure = try erasures.take(id) else { throw DecisionRefusal.notAsked }
        try erasure.decide(state, ground: ground, reason: reason, by: actor.name, at: now)
        try erasures.add(held, to: erasure.id)
        try erasures.save(erasure)
        try then(erasure, customer, held)
        try answerOrigin(of: &erasure)
        return erasure
    }

    /// Erases these cases, and the customer with the last of theirs.
    package func erase(_ items: [ID<Case>], of customer: Customer?, by erasure: Erasure) throws {
        let strikeout: Strikeout =
            if let customer, customer.erasedAt == nil { try self.strikeout(of: customer, in: items) } else { .nothing }
        for id in items {
            try change(id) { item in
                try note(ErasureDone(cause: erasure.cause), on: &item, object: erasure.id.uuid)
                try eraseContent(of: &item, strikeout, as: erasure.cause == .retention ? .retention : .request)
            }
            try erasures.setErased(id, by: erasure.id, lettersWait: eraseLetters(about: id))
        }
        if let customer, try !erasures.hasMore(of: customer.id) {
            // Why somebody exported the log, for one.
            try strike(in: scope.uuid, strikeout.label)
            try eraseAll(of: customer, strikeout)
        }
    }

    /// Who a customer is, and who they were as far as these cases keep it: the names under which they wrote, and the
    /// numbers on which they wanted to be called.
    private func strikeout(of customer: Customer, in items: [ID<Case>]) throws -> Strikeout {
        var (names, points) = (Set<String>(), [ContactPoint]())
        for id in items {
            names.formUnion(
                try tx.all(
                    """
                    SELECT author_name FROM messages WHERE enterprise = \(scope) AND case_id = \(id)
                        AND author_kind = \(Message.Author.Kind.customer) AND author_link IS NULL AND erased_for IS NULL
                    UNION SELECT actor_name FROM events
                    WHERE enterprise = \(scope) AND subject = \(id) AND actor_kind = 'customer'
                    """
                ) { try $0.next() as String })
            for event in try events(of: id.uuid, only: kernel.eventTypes.personal) {
                points += (try event.data(kernel.eventTypes) as? any CaseEvent)?.reached ?? []
            }
        }
        // Of those who follow a case without being a customer, and after an earlier erasure.
        names.subtract(Enterprise.namesOfErased + ["follower"])
        return Strikeout(
            name: customer.name, customer.kind, formerly: names.sorted(),
            points: try customers.contactPoints(of: customer.id) + points)
    }
}
