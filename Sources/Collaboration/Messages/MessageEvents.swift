// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The object is the message.
package struct MessageAdded: CaseEvent {
    package static let type = "message.added"
    package static let word: OwnersWord? = .said
    package let author: Message.Author.Kind
    /// Who sees it besides the enterprise's own staff.
    package let toCustomer: Bool
    package let toCompanies: Int
    /// Whether it came over a link.
    package let came: Bool
    /// Members who are named in it with an @.
    package let mentions: [ID<Member>]

    init(_ message: Message, mentions: [ID<Member>] = []) {
        self.mentions = mentions
        came = message.author.link != nil
        author = message.author.kind
        toCustomer = message.audience.customer
        toCompanies = message.audience.links.count
    }

    /// A customer's words on their way to a company go out, too; what another company wrote has only come.
    package var deed: Deed {
        switch author {
        case .member: toCustomer || toCompanies > 0 ? .sent : .changed
        case .customer: toCompanies > 0 && !came ? .sent : .changed
        case .company, .system: .changed
        }
    }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        toCustomer || toCompanies > 0 || author != .member
            ? "\(event.actorName) wrote a message" : "\(event.actorName) wrote a note"
    }
}
