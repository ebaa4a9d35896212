// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// Writes into a case: a note only for us, or a message to the companies and the customer that are named.
package struct WriteMessage: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        package let text: String
        package let audience: Audience
        package let files: [Upload]
        /// Files of this case that go along.
        let forwarded: [ID<Attachment>]
        /// The answer that came back and that this message tells the customer.
        package let reply: ID<Handover>?

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            forwarded = form.list("forward", label: "Goes along").compactMap { ID<Attachment>($0) }
            reply = form.optionalID("reply", label: "Answer")
            text = form.optionalText("text", label: "Message", max: 20_000, multiline: true) ?? ""
            files = form.files("files", label: "Attach").map { Upload($0) }
            let named = form.list("to", label: "Visible to")
            var links: Set<ID<Link>> = []
            for name in named where name != "customer" {
                if let link = ID<Link>(name) { links.insert(link) } else {
                    form.reject("to", "“\(name)” is nobody who could see this. Choose from the list.")
                }
            }
            form.explain(
                "to",
                """
                Who sees it besides the enterprise's own staff: `customer`, and ids of links that the case's handovers go over. \
                Nobody if it is left out.
                """)
            form.explain(
                "reply",
                """
                The id of an outgoing handover of this case that has been answered: this message tells the customer that \
                answer, and moves the case to the stage in which it is answered. Counts only with `to` holding `customer`.
                """)
            form.explain(
                "forward",
                "Ids of files of this case, as its messages list them, of which copies go with this message.")
            audience = Audience(customer: named.contains("customer"), links: links)
            if text.isEmpty && files.isEmpty && forwarded.isEmpty { form.reject("text", "There is nothing to send. Write something.") }
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/messages")
    package static let summary = "Write a note or a message"
    package static let gives = Gives.creation
    package static let access = Permission.casesWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "message"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MessageView> {
        let (desk, input) = (call.desk(tx), call.input)
        var item = try desk.cases.take(input.number)
        let message = try desk.write(
            input.text, files: input.files, forwarding: input.forwarded, to: input.audience, in: &item)
        if input.reply != nil, input.audience.customer { try desk.advance(&item, isAnswered: true) }
        try desk.cases.save(item)
        return .created(MessageView(message, at: desk.now), at: desk.path(to: item) + "#composer")
    }
}

/// A message as API clients see it.
package struct MessageView: Codable, Sendable {
    package let id: ID<Message>
    /// The place in the case's history of the event by which it came; absent in the answer to who wrote it.
    package let sequence: Int?
    package let author: String
    package let authorKind: Message.Author.Kind
    /// The link over which it came.
    package let from: ID<Link>?
    package let text: String
    package let sentAt: Timestamp
    /// Whether the customer sees it, and over which links companies do.
    package let toCustomer: Bool
    package let toLinks: [ID<Link>]
    package let files: [FileView]
    /// Why its words and files are gone, if they are.
    package let erased: Erased?

    /// - Parameter author: the author's name, where more is known by now than when it came.
    init(
        _ message: Message, _ files: [Attachment] = [], at now: Timestamp, sequence: Int? = nil, author: String? = nil
    ) {
        id = message.id
        self.sequence = sequence
        self.author = author ?? message.author.name
        authorKind = message.author.kind
        from = message.author.link
        text = message.body
        sentAt = message.sentAt
        toCustomer = message.audience.customer
        toLinks = message.audience.links.sorted()
        self.files = files.map { FileView($0, at: now) }
        erased = message.erased
    }
}

package struct FileView: Codable, Sendable {
    package let id: ID<Attachment>
    package let name: String
    package let type: String
    /// Bytes.
    package let size: Int
    /// `here`; `coming`, while it is fetched from the company that announced it; `missing`, if it did not come.
    package let arrival: String

    package init(_ attachment: Attachment, at now: Timestamp) {
        id = attachment.id
        name = attachment.name
        type = attachment.type
        size = attachment.size
        arrival = attachment.arrival(at: now).rawValue
    }
}

/// Why a message cannot go to those it names.
package enum AudienceRefusal: Error, Sendable, Equatable {
    case notOurCustomer
    /// The company has nothing to do with this case.
    case notInvolved
    /// The company has not accepted what it was asked, or the contract shares no messages.
    case notShared(company: String)
    case filesNotShared(company: String)
}

extension Desk {
    package func write(
        _ text: String, files: [Upload] = [], forwarding: [ID<Attachment>] = [], to audience: Audience,
        channel: Channel = .web, in item: inout Case
    ) throws -> Message {
        if audience.customer, item.origin != nil || item.customer == nil { throw AudienceRefusal.notOurCustomer }
        let handovers = try involvement(of: item, audience.links)
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
        for handover in handovers { try forward(message, kept, of: item, in: handover) }
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
        var item = try cases.take(handover.caseID)
        // Only the company whose customer it is, or through which they are known, can bring us the customer's words.
        let isCustomers = event.isFromCustomer && item.origin == link.id && handover.direction == .incoming
        let name = isCustomers || event.author == link.name ? event.author : "\(event.author), \(link.name)"
        let message = Message(
            id: ID(event.message), caseID: item.id,
            author: .init(isCustomers ? .customer : .company, name: name, link: link.id),
            body: event.text, audience: Audience(customer: false, links: [link.id]), handover: handover.id, sentAt: now)
        try keep(message, in: &item)
        try expect(event.attachments, of: message, over: link)
        try cases.save(item)
    }
}
