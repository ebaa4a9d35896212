// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

extension Desk {
    package func write(
        _ text: String, files: [Upload] = [], forwarding: [ID<Attachment>] = [], to audience: Audience,
        channel: Channel = .web, in item: inout HeldCase
    ) throws -> Message {
        if audience.customer, item.origin != nil || item.customer == nil { throw AudienceRefusal.notOurCustomer }
        let handovers = try involvement(of: item.case, audience.links)
        let message = Message(
            caseID: item.id, author: .init(.member, name: actor.name), body: text, channel: channel, audience: audience,
            sentAt: now)
        try keep(message, files, in: &item)
        for id in forwarding {
            guard let file = try attachments.find(id), file.caseID == item.id else { throw Missing.attachment }
            _ = try attachments.copy(file, to: message)
        }
        if !audience.isOnlyUs { try advance(&item) }
        let kept = try attachments.list(of: [message.id])[message.id] ?? []
        for handover in handovers { try forward(message, kept, of: item.case, in: handover) }
        return message
    }

    /// The newest handover with each of the links, in either direction.
    private func involvement(of item: Case, _ links: Set<ID<Link>>) throws -> [Handover] {
        guard !links.isEmpty else { return [] }
        let all = try handovers.list(of: item.id)
        return try links.sorted().map { link in
            guard let handover = all.last(where: { $0.link == link }) else { throw AudienceRefusal.notInvolved }
            return handover
        }
    }

    /// Puts a message on its way to the company at the other end of a handover, which is in its audience.
    package func forward(_ message: Message, _ files: [Attachment], of item: Case, in handover: Handover) throws {
        guard let link = try links.find(handover.link) else { throw Missing.link }
        guard link.isActive else { throw OfferRefusal.linkNotActive(company: link.name) }
        guard handover.acceptedAt != nil, link.contract?.shares(.messages, accepted: true) == true else {
            throw AudienceRefusal.notShared(company: link.name)
        }
        guard files.isEmpty || link.contract?.shares(.attachments, accepted: true) == true else {
            throw AudienceRefusal.filesNotShared(company: link.name)
        }
        try grant(files, to: link.id)
        let isCustomers = message.author.kind == .customer
        // What staff write to each other is not the customer's; what the customer wrote or reads is.
        let isConversation = isCustomers || message.audience.customer
        try disclose((isConversation ? [.messages] : []) + (files.isEmpty ? [] : [.attachments]), of: item, to: link)
        try send(
            MessageAddedV1(
                message: message.id.uuid, handover: handover.id.uuid,
                author: isCustomers ? try onwardLabel(of: item) : message.author.name, company: enterprise.name,
                text: message.body, writtenAt: message.sentAt.wire, isFromCustomer: isCustomers, audience: [enterprise.name, link.name],
                isForCustomer: message.audience.customer, attachments: files.map(\.wire)),
            about: handover, over: link)
    }

    /// A message from a linked company. Messages are only ever added.
    func receive(_ event: MessageAddedV1, from link: Link) throws {
        guard let handover = try handovers.find(ID(event.handover)), handover.link == link.id else {
            throw Rejection(.unknownSubject, "there is no such handover on this link")
        }
        guard handover.acceptedAt != nil, link.contract?.shares(.messages, accepted: true) == true else {
            throw Rejection(.notAgreed, "messages are shared once the handover is accepted, if the contract shares them")
        }
        guard try messages.find(ID(event.message)) == nil else {
            throw Rejection(.stale, "this message has been sent before")
        }
        if !event.attachments.isEmpty { try link.refuse(unlessShared: [.attachments], accepted: true) }
        try change(handover.caseID) { item in
            // Only the company whose customer it is, or through which they are known, can bring us the customer's words.
            let isCustomers = event.isFromCustomer && item.origin == link.id && handover.direction == .incoming
            let name = isCustomers || event.author == link.name ? event.author : "\(event.author), \(link.name)"
            let message = Message(
                id: ID(event.message), caseID: item.id,
                author: .init(isCustomers ? .customer : .company, name: name, link: link.id), body: event.text,
                audience: Audience(customer: false, links: [link.id]), handover: ID(handover.id.uuid), sentAt: now)
            try keep(message, in: &item)
            try expect(event.attachments, of: message, over: link)
        }
    }
}
