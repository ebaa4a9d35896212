// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A customer reads what being forgotten means, before they ask for it; afterwards, what became of it.
package struct ErasurePage: Action {
    package typealias Input = OwnInput

    package static let route = Route.get("/{enterprise}/follow/{token}/erasure")
    package static let summary = "What became of the customer's wish to be forgotten"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<[ErasureView]> {
        let desk = call.desk(tx)
        return .show(try ErasureView.all(desk.ownErasures(of: call.caller), desk))
    }

    package static func page(_ output: [ErasureView], _ call: Call<Follower, Input>, _ tx: Transaction) throws -> Page? {
        let desk = call.desk(tx)
        guard let item = try desk.cases.find(call.caller.caseID) else { throw Missing.case }
        let told = try item.customer.map { try desk.told(of: $0) } ?? []
        return Page(
            "follow-erasure", title: "Have me forgotten", layout: .public,
            [
                "follow": ["href": .text(call.caller.href)], "told": .list(told.map { ["name": .text($0)] }),
                "own": output.first.map { .object(OwnErasure.status($0, Moments(call.caller.locale, now: call.now))) } ?? .none,
                "canAsk": .flag(OwnErasure.canAsk(in: item, output.first?.state)),
                "case": ["number": .text(desk.enterprise.reference(item.number)), "subject": .text(item.title)],
            ])
    }
}

/// A customer asks to be forgotten.
package struct AskErasure: Action {
    package typealias Input = OwnInput

    package static let route = Route.post("/{enterprise}/follow/{token}/erasure")
    package static let summary = "Ask to be forgotten"
    package static let access = Follower.Requirement.theirOwnCase
    package static let retryForm: (any Action.Type)? = ErasurePage.self
    package static let limit: RateLimit? = RateLimit(10, per: .seconds(60), isShared: true)

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<ErasureView> {
        let desk = call.desk(tx)
        // Before the case, as everybody does who holds both.
        if let customer = call.caller.customer { _ = try desk.customers.take(customer) }
        let erasure = try desk.change(call.caller.caseID) { try desk.askErasure(in: &$0) }
        return .done(
            try ErasureView(erasure, desk), goTo: call.caller.href + "/sharing",
            notice: "We have your wish. You see here what becomes of it.")
    }
}

extension Desk {
    /// What the customer of a followed case has asked, newest first.
    func ownErasures(of follower: Follower) throws -> [Erasure] {
        try follower.customer.map { try erasures.list(of: $0) } ?? []
    }

    /// The companies to which something of a customer's cases went, in the order in which they were told.
    fileprivate func told(of customer: ID<Customer>) throws -> [String] {
        try tx.all(
            """
            SELECT company FROM disclosures WHERE enterprise = \(scope) AND case_id IN (
                SELECT id FROM cases WHERE enterprise = \(scope) AND customer = \(customer))
            GROUP BY company ORDER BY MIN(at), company
            """
        ) { try $0.next() }
    }
}

/// What a customer's own pages say of their wish.
enum OwnErasure {
    /// Whether there is somebody to forget who does not wait for it already; who was refused may ask anew.
    static func canAsk(in item: Case, _ newest: Erasure.State?) -> Bool {
        item.customer != nil && newest != .asked && newest != .erased
    }

    static func status(_ erasure: ErasureView, _ moments: Moments) -> [Model.Member] {
        [
            ("asked", erasure.state == .asked ? .text(moments.clock(erasure.askedAt)) : .none),
            ("due", .text(moments.day(erasure.due))), ("decided", .text(erasure.decidedAt?.rfc3339)),
            ("erasing", .flag(erasure.state == .erased && erasure.cleanedAt == nil)),
            ("erased", erasure.state == .erased && erasure.cleanedAt != nil ? .text(erasure.decidedAt.map(moments.clock)) : .none),
            ("refused", erasure.state == .refused ? .text(erasure.decidedAt.map(moments.clock)) : .none),
            ("ground", ErasureOutcome.model(ofGround: erasure.ground)), ("reason", .text(erasure.reason)),
        ]
    }
}
