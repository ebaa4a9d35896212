// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

extension Desk {
    /// Takes in an offer: opens a case of our own for it. It becomes work only when somebody accepts.
    func receive(_ offer: HandoverOfferedV1, _ event: Envelope, from link: Link) throws {
        guard let contract = link.contract, contract.allows(kind: offer.kind), kernel.kinds[offer.kind] != nil else {
            throw Rejection(.notAgreed, "the contract does not cover the kind «\(offer.kind)»")
        }
        guard kernel.kinds.offered(by: enterprise).contains(where: { $0.name == offer.kind }) else {
            throw Rejection(.notAgreed, "no new cases of the kind «\(offer.kind)» are taken here at the moment")
        }
        guard event.hopsleft > 0 else { throw Rejection(.hopsExhausted, "it has passed through too many companies") }
        guard try handovers.find(ID(offer.handover)) == nil else {
            throw Rejection(.stale, "this handover has been offered before")
        }
        try link.refuse(unlessShared: offer.told(under: contract), accepted: false)
        var draft = CaseDraft(
            kind: offer.kind, title: offer.title, body: offer.question ?? "",
            author: .init(.customer, name: offer.customer, link: link.id),
            audience: Audience(customer: false, links: [link.id]))
        draft.customerLabel = offer.customer
        draft.origin = link.id
        draft.product = offer.product ?? ""
        draft.serial = offer.serial ?? ""
        draft.expectsFiles = !offer.attachments.isEmpty
        _ = try open(draft) { item, message in
            if let details = offer.details { try kernel.kinds[item.kind]?.keep(details, of: item.case, self) }
            try expect(offer.attachments, of: message, over: link)
            let handover = Handover(
                id: ID(offer.handover), caseID: item.id, direction: .incoming, link: link.id,
                ask: Ask(form: offer.ask.form, text: offer.ask.text), acceptBy: offer.acceptBy.map(Timestamp.init),
                answerBy: offer.answerBy.map(Timestamp.init), offeredAt: min(Timestamp(event.time), now),
                trail: offer.journey.prefix(JourneyStep.most).map(JourneyStep.init), hopsLeft: Int(event.hopsleft),
                route: try routeOnward(event.route), offerEvent: event.id, trace: cause?.trace ?? .begun())
            try add(handover, to: &item)
            try note(handover.event(with: link.name), on: &item, object: handover.id.uuid)
        }
    }

    /// The route with our own token, for the companies after; refuses one that has passed through here before.
    func routeOnward(_ route: EventRoute) throws -> [String] {
        let secret = try links.routeSecret()
        guard !route.passes(secret) else { throw Rejection(.loop, "it has passed through here before") }
        return route.adding(secret, salt: Array(RandomToken.bytes().prefix(EventRoute.saltLength))).tokens
    }
}
