// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A customer sees who knows what about them.
package struct FollowSharing: Action {
    package typealias Input = OwnInput

    package static let route = Route.get("/{enterprise}/follow/{token}/sharing")
    package static let summary = "Which company knows what about the customer"
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(
        _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Reply<SharingView> {
        let desk = call.desk(tx)
        guard let item = try desk.cases.find(call.caller.caseID) else { throw Missing.case }
        let journey = try desk.journey(of: item, desk.handovers.list(of: item.id))
        let companies = try desk.knowing(
            desk.disclosed(of: item.id), beyond: journey.branches.flatMap { $0.dropFirst() }, of: .customer(item.customer))
        let view = SharingView(
            number: desk.enterprise.reference(item.number), title: item.title, companies: companies,
            isErased: try item.customer.flatMap { try desk.customers.find($0)?.erasedAt } != nil,
            sections: try desk.sections(of: OwnSharing(call.caller, item)))
        return .show(view)
    }

    package static func page(
        _ view: SharingView, _ call: Call<Follower, Input>, _ tx: Transaction
    ) throws -> Page? {
        let moments = Moments(call.caller.locale, now: call.now)
        let companies: [Model] = view.companies.map { company in
            let canTakeBack = !view.isErased && company.link != nil && company.knowsWho
            return .object(
                company.model(moments) + [
                    ("link", .text(company.link.map { "\($0)" })), ("canTakeBack", .flag(canTakeBack)),
                ])
        }
        return Page(
            "follow-sharing", title: "Who knows what about you", layout: .public,
            [
                "follow": ["href": .text(call.caller.href)], "companies": .list(companies),
                "erased": .flag(view.isErased), "sections": try view.sections.model(call.desk(tx), moments),
                "case": ["number": .text(view.number), "subject": .text(view.title)],
            ])
    }
}

/// Who knows what about a customer.
package struct SharingView: Codable, Sendable {
    package let number: String
    package let title: String
    /// Those that were told, and those beyond them, as far as they are named to us.
    package let companies: [KnowingCompany]
    package let isErased: Bool
    /// What features add, by their names.
    package let sections: Sections
}
