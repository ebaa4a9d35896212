// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Networking
import Office
import Storage
import Web

/// What is forgotten because a customer wishes it, or because its time is over; and what of their data a customer is given.
package enum Privacy: ExchangeFeature, PersonalDataFeature {
    package static let migrations = ErasureSchema.migrations
    package static let events: [any EventPayload.Type] = [
        ErasureAsked.self, ErasureDone.self, ErasureRefused.self, ErasureDoneThere.self, ErasureRefusedThere.self,
        CustomerExported.self,
    ]
    package static let actions: [any Operation.Type] = [
        DecideErasure.self, DecideErasureOfCase.self, ErasurePage.self, AskErasure.self, ExportCustomer.self,
    ]
    package static let personalData: [any PersonalData.Type] = [WishData.self]
    package static let sections: [any PagePart] = [
        ErasureSections.ofCase, ErasureSections.ofCustomer, ErasureSections.byHand, ErasureSections.toGive,
        ErasureSections.ofOneself, ErasureSections.toAsk,
    ]
    package static let waitingSources = [WaitingErasures.source]

    package static func handlers(_ kernel: Kernel) -> [InboundHandler] {
        [
            .on(ErasureRequestedV1.self, kernel, outlivesLink: true) { try $0.receive($1, $2, from: $3) },
            .on(ErasureAnsweredV1.self, kernel, outlivesLink: true) { desk, event, _, link in
                try desk.receive(event, from: link)
            },
        ]
    }

    package static let clocks = [
        Clockwork("Taking what was erased out of the files", every: .seconds(2)) { works in
            try await FinishErasures.run(works.kernel, works.database)
        },
        Clockwork("Erasing what has been delivered", every: .seconds(60)) { works in
            try await KeepToRetention.eraseLetters(works.kernel, works.database)
        },
        Clockwork("Erasing what was kept long enough", first: .seconds(30), every: .seconds(3600)) { works in
            try await KeepToRetention.run(works.kernel, works.database)
        },
    ]

    package static let abilities: [String: Permission] = ["erase": .customersErase]

    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {
        kernel.erasureOutcomes = { subject, desk in
            let wishes =
                switch subject {
                case .customer(let customer): try customer.map { try desk.erasures.list(of: $0) } ?? []
                case .item(let item): try desk.erasures.list(about: item)
                }
            let asked = try desk.erasures.requests(of: wishes).latest
            return ErasureOutcomes(
                told: Dictionary(asked.byCompany.map { ($0.link, $0.outcome) }, uniquingKeysWith: { $1 }), beyond: asked.beyond)
        }
    }
}

/// Wishes to be forgotten, and what was said about them.
enum WishData: PersonalData {
    static let name = "wishes"

    static func export(of customer: Customer, _ desk: Desk) throws -> (any Encodable & Sendable)? {
        let wishes = try desk.erasures.list(of: customer.id)
        return wishes.isEmpty ? nil : try ErasureView.all(wishes, desk)
    }

    static func erase(from item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased, _ desk: Desk) throws {
        try desk.erasures.strike(strikeout, about: item.id)
    }

    static func strike(_ strikeout: Strikeout, in item: inout HeldCase, _ desk: Desk) throws {
        try desk.erasures.strike(strikeout, about: item.id)
    }

    static func erase(_ customer: Customer, _ strikeout: Strikeout, _ desk: Desk) throws {
        try desk.erasures.strike(strikeout, of: customer.id)
    }
}

/// Customers, and other companies, that wait to hear whether what we hold is erased; also about closed cases.
enum WaitingErasures {
    static let source = WaitingSource(for: .customersErase) { _, desk, limit in
        let waiting = try desk.erasures.waiting(limit: limit)
        guard !waiting.isEmpty else { return [] }
        let lines = try Dictionary(
            desk.cases.lines(where: "AND c.id IN (\(SQL.list(waiting.map(\.item))))", limit: waiting.count).map { ($0.item.id, $0) },
            uniquingKeysWith: { first, _ in first })
        let links = try desk.links.byID(waiting.compactMap(\.erasure.origin))
        return waiting.compactMap { erasure, item in
            guard let line = lines[item] else { return nil }
            let link = erasure.origin.flatMap { links[$0] }
            let who = link?.name ?? line.customerName ?? ""
            return Waiting(
                "erasure", "\(who) asks for personal data to be erased", number: desk.enterprise.reference(line.item.number),
                title: line.item.title, href: desk.path(to: line.item), who: who, colour: link?.colour ?? desk.enterprise.colour,
                due: erasure.due, updatedAt: line.item.updatedAt)
        }
    } counting: { _, desk in
        desk.erasures.countingAsked
    }
}

extension Permission {
    /// It cannot be undone.
    package static let customersErase = Permission("customers.erase", .administrator)
}
