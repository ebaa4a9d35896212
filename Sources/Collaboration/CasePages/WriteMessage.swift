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
        return try desk.change(input.number) { item in
            let message = try desk.write(
                input.text, files: input.files, forwarding: input.forwarded, to: input.audience, in: &item)
            if input.reply != nil, input.audience.customer { try desk.advance(&item, isAnswered: true) }
            return .created(MessageView(message, at: desk.now), at: desk.path(to: item.case) + "#composer")
        }
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
