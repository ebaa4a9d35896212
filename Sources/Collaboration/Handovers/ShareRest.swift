// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// Sends, on acceptance, what the contract kept back until then, but for who the customer is.
    /// - Returns: what was sent.
    func shareRest(of item: Case, in handover: Handover, over link: Link) throws -> [SharedField] {
        guard let contract = link.contract else { return [] }
        let shareable = try Shareable(item, self)
        let disclosures = try shareable.disclosures(under: contract, cameUnder: contractOfOrigin(of: item))
        guard let rest = shareable.rest(handover, disclosures) else { return [] }
        if rest.question != nil, let question = shareable.question { try messages.widen(question.id, to: link.id) }
        if !rest.attachments.isEmpty { try grant(shareable.attachments, to: link.id) }
        try send(rest, about: handover, over: link)
        let fields = disclosures.fields(.afterAcceptance).subtracting(SharedField.personal).sorted { $0.rawValue < $1.rawValue }
        try disclose(fields, of: item, to: link)
        return fields
    }

    /// What we may know now that we have accepted.
    func receive(_ event: HandoverSharedV1, from link: Link) throws {
        try change(event.handover, over: link, .incoming) { handover, item in
            try link.refuse(unlessShared: event.told, accepted: handover.acceptedAt != nil)
            guard handover.state == .accepted else { throw Rejection(.stale, "the handover is \(handover.state.rawValue)") }
            item.title = event.title ?? item.title
            item.product = event.product ?? item.product
            item.serial = event.serial ?? item.serial
            if let details = event.details { try kernel.kinds[item.kind]?.keep(details, of: item.case, self) }
            if event.question != nil || !event.attachments.isEmpty {
                let message = Message(
                    caseID: item.id, author: .init(.customer, name: item.customerLabel, link: link.id),
                    body: event.question ?? "", audience: Audience(customer: false, links: [link.id]),
                    handover: ID(handover.id.uuid), sentAt: now)
                try keep(message, in: &item)
                try expect(event.attachments, of: message, over: link)
            }
            try note(RestShared(company: link.name), on: &item, object: handover.id.uuid)
            try CaseIndex.put(item.case, self)
        }
    }
}
