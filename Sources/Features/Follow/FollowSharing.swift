// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A customer sees who knows what about them.
package struct FollowSharing: Action {
    package typealias Input = FollowCase.Input

    package static let route = Route.get("/{enterprise}/follow/{token}/sharing")
    package static let summary = "Which company knows what about the customer"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(
        _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<SharingView, SharingView.Material>> {
        let desk = call.desk(tx)
        guard let item = try desk.cases.find(call.caller.caseID) else { throw Missing.case }
        let wishes = try desk.ownErasures(of: call.caller)
        let journey = try desk.journey(of: item, desk.handovers.list(of: item.id))
        let companies = try desk.knowing(
            desk.disclosed(of: item.id), beyond: journey.branches.flatMap { $0.dropFirst() }, wishes)
        let view = SharingView(
            number: desk.enterprise.reference(item.number), title: item.title, companies: companies,
            erasure: try wishes.first.map { try ErasureView($0, desk) })
        return .show(Shown(view, from: (item, wishes.first?.state)))
    }

    package static func page(
        _ output: Shown<SharingView, SharingView.Material>, _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Page? {
        guard let (item, wish) = output.material else { return nil }
        let moments = Moments(call.caller.locale, now: call.now)
        let view = output.view
        let companies: [Model] = view.companies.map { company in
            let canTakeBack = wish != .erased && company.link != nil && company.knowsWho
            return .object(
                company.model(moments) + [
                    ("link", .text(company.link.map { "\($0)" })), ("canTakeBack", .flag(canTakeBack)),
                ])
        }
        return Page(
            "follow-sharing", title: "Who knows what about you", layout: .public,
            [
                "follow": ["href": .text(call.caller.href)], "companies": .list(companies),
                "canAsk": .flag(FollowErasure.canAsk(in: item, wish)),
                "own": FollowErasure.status(view.erasure, moments),
                "case": ["number": .text(view.number), "subject": .text(view.title)],
            ])
    }
}

/// Who knows what about a customer.
package struct SharingView: Codable, Sendable {
    package typealias Material = (item: Case, wish: Erasure.State?)

    package let number: String
    package let title: String
    /// Those that were told, and those beyond them, as far as they are named to us.
    package let companies: [KnowingCompany]
    /// The customer's last wish to be forgotten.
    package let erasure: ErasureView?
}
