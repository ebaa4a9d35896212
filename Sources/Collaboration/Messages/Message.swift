// SPDX-License-Identifier: Apache-2.0
import Networking
import Storage

/// Something said in a case, and who may see it.
package struct Message: Sendable {
    package let id: ID<Message>
    package let caseID: ID<Case>
    package let author: Author
    package let body: String
    package let channel: Channel
    package internal(set) var audience: Audience
    /// The conversation with a linked company in which it was said, which has the handover's id.
    package let handover: ID<Conversation>?
    package let sentAt: Timestamp
    /// Why its words and files are gone; `nil` if they are here.
    package let erased: Erased?

    package init(
        id: ID<Message> = ID(), caseID: ID<Case>, author: Author, body: String, channel: Channel = .web,
        audience: Audience, handover: ID<Conversation>? = nil, sentAt: Timestamp, erased: Erased? = nil
    ) {
        self.id = id
        self.caseID = caseID
        self.author = author
        self.body = body
        self.channel = channel
        self.audience = audience
        self.handover = handover
        self.sentAt = sentAt
        self.erased = erased
    }

    package struct Author: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable, Codable, SQLConvertible { case member, customer, company, system }
        package let kind: Kind
        package let name: String
        /// The link it was received over, for a company's or another company's customer's words.
        package let link: ID<Link>?

        package init(_ kind: Kind, name: String, link: ID<Link>? = nil) {
            self.kind = kind
            self.name = name
            self.link = link
        }
    }
}

/// Who beyond the enterprise's own staff sees a message. Nobody, unless somebody says so.
package struct Audience: Sendable, Equatable {
    package var customer: Bool
    package var links: Set<ID<Link>>

    package static let onlyUs = Audience(customer: false, links: [])

    package init(customer: Bool, links: Set<ID<Link>> = []) {
        self.customer = customer
        self.links = links
    }

    package var isOnlyUs: Bool { !customer && links.isEmpty }
}

extension Message.Author {
    /// What a customer reads of somebody who works here.
    package var firstName: String { name.split(separator: " ").first.map(String.init) ?? name }
}
