// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The object is the message.
package struct MessageAdded: CaseEvent {
    package static let type = "message.added"
    package let author: Message.Author.Kind
    /// Who sees it besides the enterprise's own staff.
    package let toCustomer: Bool
    package let toCompanies: Int
    /// Members who are named in it with an @.
    package let mentions: [ID<Member>]

    init(_ message: Message, mentions: [ID<Member>] = []) {
        self.mentions = mentions
        author = message.author.kind
        toCustomer = message.audience.customer
        toCompanies = message.audience.links.count
    }

    package var deed: Deed { author == .member && (toCustomer || toCompanies > 0) ? .sent : .changed }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        toCustomer || toCompanies > 0 || author != .member
            ? "\(event.actorName) wrote a message" : "\(event.actorName) wrote a note"
    }
}
