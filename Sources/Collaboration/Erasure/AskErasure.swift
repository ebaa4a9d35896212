// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A customer reads what being forgotten means, before they ask for it; afterwards, what became of it.
package struct ErasurePage: Action {
    package typealias Input = FollowCase.Input

    package static let route = Route.get("/{enterprise}/follow/{token}/erasure")
    package static let summary = "What became of the customer's wish to be forgotten"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<[ErasureView]> {
        let desk = call.desk(tx)
        return .show(try desk.ownErasures(of: call.caller).map { try ErasureView($0, desk) })
    }

    package static func page(_ output: [ErasureView], _ call: Call<Follower, Input>, _ tx: Transaction) throws -> Page? {
        let desk = call.desk(tx)
        guard let item = try desk.cases.find(call.caller.caseID) else { throw Missing.case }
        let items = try item.customer.map { try desk.cases.all(of: $0) } ?? [item.id]
        var told: [String] = []
        for entry in try items.flatMap({ try desk.disclosed(of: $0) }) where !told.contains(entry.company) {
            told.append(entry.company)
        }
        return Page(
            "follow-erasure", title: "Have me forgotten", layout: .public,
            [
                "follow": ["href": .text(call.caller.href)], "told": .list(told.map { ["name": .text($0)] }),
                "own": FollowErasure.status(output.first, Moments(call.caller.locale, now: call.now)),
                "canAsk": .flag(FollowErasure.canAsk(in: item, output.first?.state)),
                "case": ["number": .text(desk.enterprise.reference(item.number)), "subject": .text(item.title)],
            ])
    }
}

/// A customer asks to be forgotten.
package struct AskErasure: Action {
    package typealias Input = FollowCase.Input

    package static let route = Route.post("/{enterprise}/follow/{token}/erasure")
    package static let summary = "Ask to be forgotten"
    package static let access = Follower.Requirement.theirOwnCase
    package static let retryForm: (any Action.Type)? = ErasurePage.self
    package static let limit: RateLimit? = RateLimit(10, per: .seconds(60))

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<ErasureView> {
        let desk = call.desk(tx)
        var item = try desk.cases.take(call.caller.caseID)
        let erasure = try desk.askErasure(in: &item)
        try desk.cases.save(item)
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
}

/// What a customer's own pages say of their wish.
enum FollowErasure {
    /// Whether there is somebody to forget who does not wait for it already; who was refused may ask anew.
    static func canAsk(in item: Case, _ newest: Erasure.State?) -> Bool {
        item.customer != nil && newest != .asked && newest != .erased
    }

    static func status(_ erasure: ErasureView?, _ moments: Moments) -> Model {
        guard let erasure else { return .none }
        return [
            "asked": erasure.state == .asked ? .text(moments.clock(erasure.askedAt)) : .none,
            "due": .text(moments.day(erasure.due)), "decided": .text(erasure.decidedAt?.rfc3339),
            "erased": erasure.state == .erased ? .text(erasure.decidedAt.map(moments.clock)) : .none,
            "refused": erasure.state == .refused ? .text(erasure.decidedAt.map(moments.clock)) : .none,
            "ground": ErasureModels.ground(erasure.ground), "reason": .text(erasure.reason),
        ]
    }
}
