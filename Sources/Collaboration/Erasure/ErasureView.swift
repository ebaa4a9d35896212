// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// A wish to be forgotten and what became of it, as API clients see it.
package struct ErasureView: Codable, Sendable {
    package let id: ID<Erasure>
    package let cause: Erasure.Cause
    package let state: Erasure.State
    package let askedAt: Timestamp
    /// By when it is to be answered.
    package let due: Timestamp
    package let ground: String?
    package let reason: String
    package let decidedAt: Timestamp?
    /// When it was taken out of the database's files too; until then «erased» is not told to anybody else.
    package let cleanedAt: Timestamp?
    /// Those who were asked in turn, and what they answered.
    package let companies: [Erasure.Outcome]
    /// Companies further on, as those told us.
    package let beyond: [Erasure.Outcome]

    package init(_ erasure: Erasure, _ desk: Desk) throws { self.init(erasure, try desk.erasures.requests(of: erasure.id)) }

    package static func all(_ erasures: [Erasure], _ desk: Desk) throws -> [ErasureView] {
        let requests = Dictionary(grouping: try desk.erasures.requests(of: erasures), by: \.erasure)
        return erasures.map { ErasureView($0, requests[$0.id] ?? []) }
    }

    private init(_ erasure: Erasure, _ requests: [Erasure.Request]) {
        id = erasure.id
        cause = erasure.cause
        state = erasure.state
        askedAt = erasure.askedAt
        due = erasure.due
        ground = erasure.ground
        reason = erasure.reason
        decidedAt = erasure.decidedAt
        cleanedAt = erasure.cleanedAt
        companies = requests.byCompany.map(\.outcome)
        beyond = requests.beyond
    }
}

/// What pages show of an erasure.
package struct ErasureModels {
    package let desk: Desk
    package let moments: Moments

    /// The card on a case's or a customer's page: what is asked and the forms that answer it, or what was decided.
    /// - Parameter action: where the forms go.
    func card(_ erasures: [Erasure], of name: String, action: String) throws -> Model {
        guard let erasure = erasures.first(where: { $0.state == .asked }) ?? erasures.first else { return .none }
        let link = try erasure.origin.flatMap { try desk.links.find($0) }
        let requests = try desk.erasures.requests(of: erasure.id)
        let peers = try Dictionary(
            desk.links.all(requests.map(\.link)).map { ($0.id, $0.colour) }, uniquingKeysWith: { first, _ in first })
        let colours = Dictionary(
            requests.map { ($0.company, peers[$0.link] ?? 12) }, uniquingKeysWith: { first, _ in first })
        let (left, late) = moments.deadline(erasure.due)
        let outcomes = requests.byCompany.map(\.outcome) + requests.beyond
        return [
            "action": .text(action), "asked": .flag(erasure.state == .asked), "erased": .flag(erasure.state == .erased),
            "refused": .flag(erasure.state == .refused),
            "cleaning": .flag(erasure.state == .erased && erasure.cleanedAt == nil), "cause": .object([erasure.cause.rawValue: true]),
            "who": .text(name), "company": .text(link?.name), "since": .text(moments.clock(erasure.askedAt)),
            "left": .text(left), "late": .text(late), "due": .text(erasure.due.rfc3339),
            "by": .text(erasure.decidedBy), "when": .text(erasure.decidedAt.map(moments.clock)),
            "ground": Self.ground(erasure.ground), "reason": .text(erasure.reason),
            "tells": .list(try told(erasure).map { ["name": .text($0.name), "colour": .number($0.colour)] }),
            "hasCompanies": .flag(!outcomes.isEmpty),
            "companies": .list(
                outcomes.map { outcome in
                    [
                        "name": .text(outcome.company), "colour": colours[outcome.company].map { .number($0) } ?? .none,
                        "outcome": model(of: outcome),
                    ]
                }),
        ]
    }

    /// Who would be asked in turn.
    private func told(_ erasure: Erasure) throws -> [Link] {
        var items = try desk.erasures.cases(of: erasure.id)
        if erasure.origin == nil, let customer = erasure.customer { items = try desk.cases.all(of: customer) }
        let links: [ID<Link>] = try desk.tx.all(
            """
            SELECT DISTINCT link FROM disclosures
            WHERE enterprise = \(desk.scope) AND case_id IN (\(SQL.list(items)))
            """
        ) { try $0.next() }
        return try desk.links.all(Set(links).subtracting([erasure.origin].compactMap(\.self))).sorted { $0.name < $1.name }
    }

    package func model(of outcome: Erasure.Outcome?) -> Model { Self.model(of: outcome, moments) }

    package static func model(of outcome: Erasure.Outcome?, _ moments: Moments) -> Model {
        guard let outcome else { return .none }
        let time = Model.text(moments.clock(outcome.at))
        switch outcome.isErased {
        case nil: return ["asked": time]
        case true?: return ["erased": time]
        case false?: return ["refused": true, "ground": ground(outcome.ground), "reason": .text(outcome.reason)]
        }
    }

    /// A ground that this program knows has a name in the viewer's language.
    package static func ground(_ ground: String?) -> Model {
        guard let ground else { return ["none": true] }
        if ground == Erasure.Request.untold { return ["untold": true] }
        return Erasure.Ground(rawValue: ground).map { .object([$0.rawValue: true]) } ?? ["other": .text(ground)]
    }
}
