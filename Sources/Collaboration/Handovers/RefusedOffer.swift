// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// The other company's system has refused our offer for good: the case has not got there and is with us, with the reason.
    func keepRefusal(of offer: Envelope, _ rejection: Rejection, by link: Link) throws {
        let id = ID<Handover>(offer.conversation)
        guard let found = try handovers.find(id) else { return }
        try change(found.caseID) { item in
            // Read again under the lock: we may have withdrawn it, or its time may have run out.
            guard var handover = try handovers.find(id), handover.link == link.id, handover.state == .offered else { return }
            try handover.apply(.noteRefusal(reason: rejection.reason), asOriginator: true, at: now)
            try save(handover, of: &item)
            try noteState(of: handover, link, on: &item)
        }
    }

    /// A refused offer is on its way again.
    package func offerAgain(_ id: ID<Handover>) throws {
        guard let found = try handovers.find(id), found.state == .refused else { return }
        try change(found.caseID) { item in
            guard item.isOpen else { throw OfferRefusal.caseClosed }
            guard var handover = try handovers.find(id), let link = try links.find(handover.link) else { throw Missing.handover }
            try handover.apply(.offerAgain, asOriginator: true, at: now)
            try save(handover, of: &item)
            if let contract = link.contract {
                let shareable = try Shareable(item.case, self)
                let shared = try shareable.disclosures(under: contract, cameUnder: contractOfOrigin(of: item.case))
                if shared.fields(.beforeAcceptance).contains(.attachments) { try grant(shareable.attachments, to: link.id) }
            }
            try noteState(of: handover, link, on: &item)
        }
    }
}

extension Rejection {
    /// As a dead letter tells it: `loop: it has passed through here before`.
    fileprivate var reason: String { detail.isEmpty ? code.rawValue : "\(code): \(detail)" }
}
