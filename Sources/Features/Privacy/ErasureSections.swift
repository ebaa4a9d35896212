// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Networking
import Office
import Storage
import Web

/// What other pages show of wishes to be forgotten.
enum ErasureSections {
    /// Wishes to erase what is held about its customer, the newest first; its page shows what waits.
    static let ofCase = PageSection<CaseShown>("erasures", in: .requests, template: "erasure-card") { page, desk in
        try views(desk.erasures.list(about: page.item), desk)
    } model: { shown, page, desk, moments in
        let waiting = shown.material?.filter { $0.state == .asked } ?? []
        let card = try ErasureCard(desk: desk, moments: moments).model(
            waiting, of: page.customer?.name ?? page.item.customerLabel, action: desk.path(to: page.item) + "/erasure")
        return [("erasure", card)]
    }

    /// The same about a customer, also when it was answered.
    static let ofCustomer = PageSection<CustomerShown>("erasures", in: .requests, template: "erasure-card") { page, desk in
        try views(desk.erasures.list(of: page.customer.id), desk)
    } model: { shown, page, desk, moments in
        let card = try ErasureCard(desk: desk, moments: moments).model(
            shown.material ?? [], of: page.customer.name, action: action(page.customer, desk))
        return [("erasure", card)]
    }

    /// Whether they can be erased without having asked on their page.
    static let byHand = PageSection<CustomerShown>("canBeErased", in: .aside, template: "erase-customer") { page, desk -> Bool? in
        guard page.viewer.may(.customersErase), page.customer.knownThrough == nil, page.customer.erasedAt == nil else { return nil }
        return try desk.erasures.list(of: page.customer.id).contains { $0.state == .asked } ? nil : true
    } model: { _, page, desk, _ in
        [("action", .text(action(page.customer, desk)))]
    }

    /// Whether what is kept of them can be taken out, to be given to them.
    static let toGive = PageSection<CustomerShown>("canBeExported", in: .aside, template: "export-customer") { page, _ -> Bool? in
        page.viewer.may(.customersErase) && page.customer.erasedAt == nil ? true : nil
    } model: { _, page, desk, _ in
        [("action", .text("/\(desk.enterprise.slug)/customers/\(page.customer.id)/exports"))]
    }

    /// A customer's last wish to be forgotten, on their own page.
    static let ofOneself = PageSection<OwnSharing>("erasure", in: .top, template: "follow-erasure-state") { page, desk in
        try desk.ownErasures(of: page.customer).first.map { try ErasureView($0, desk) }
    } model: { wish, _, _, moments in
        OwnErasure.status(wish, moments)
    }

    /// Whether they can ask for it.
    static let toAsk = PageSection<OwnSharing>("canAskErasure", in: .end, template: "follow-ask-erasure") { page, desk -> Bool? in
        OwnErasure.canAsk(in: page.item, try desk.ownErasures(of: page.customer).first?.state) ? true : nil
    } model: { _, page, _, _ in
        [("href", .text(page.customer.href + "/erasure"))]
    }

    private static func views(_ erasures: [Erasure], _ desk: Desk) throws -> Shown<[ErasureView], [Erasure]> {
        Shown(try ErasureView.all(erasures, desk), from: erasures)
    }

    private static func action(_ customer: Customer, _ desk: Desk) -> String {
        "/\(desk.enterprise.slug)/customers/\(customer.id)/erasure"
    }
}

/// What staff see of an erasure.
struct ErasureCard {
    let desk: Desk
    let moments: Moments

    /// The card on a case's or a customer's page: what is asked and the forms that answer it, or what was decided.
    /// - Parameter action: where the forms go.
    func model(_ erasures: [Erasure], of name: String, action: String) throws -> Model {
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
            "ground": ErasureOutcome.model(ofGround: erasure.ground), "reason": .text(erasure.reason),
            "tells": .list(try told(erasure).map { ["name": .text($0.name), "colour": .number($0.colour)] }),
            "hasCompanies": .flag(!outcomes.isEmpty),
            "companies": .list(
                outcomes.map { outcome in
                    [
                        "name": .text(outcome.company), "colour": colours[outcome.company].map { .number($0) } ?? .none,
                        "outcome": outcome.model(moments),
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
}
