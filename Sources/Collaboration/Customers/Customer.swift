// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

/// A person or organisation the enterprise serves. Another enterprise's customer, known through a link, is a record
/// of its own and never mixed with the enterprise's own customers.
package struct Customer: Sendable {
    package enum Kind: String, Sendable, CaseIterable, Codable, SQLConvertible { case person, organisation }

    package let id: ID<Customer>
    package var kind: Kind
    package var name: String
    package var place: String
    /// Language the customer is written to, `en` or `nl`.
    package var language: String
    package var owner: ID<Member>?
    /// Set for a customer of another company: the link it is known through and whose customer it is.
    package let knownThrough: Acquaintance?
    package let createdAt: Timestamp
    package var revision: Int
    /// When who they are was erased; nothing is added to such a record.
    package var erasedAt: Timestamp?

    package init(
        id: ID<Customer> = ID(), kind: Kind = .person, name: String, place: String = "", language: String = "en",
        owner: ID<Member>? = nil, knownThrough: Acquaintance? = nil, createdAt: Timestamp, revision: Int = 0,
        erasedAt: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.place = place
        self.language = language
        self.owner = owner
        self.knownThrough = knownThrough
        self.createdAt = createdAt
        self.revision = revision
        self.erasedAt = erasedAt
    }
}

/// How another company's customer is known here.
package struct Acquaintance: Sendable, Equatable {
    package let link: ID<Link>
    /// The name this customer has on that link; opaque, and different on every link.
    package let reference: String
    /// "Spoke & Co", whose customer it is.
    package let company: String
}

/// A way to reach or to be reached.
package enum Channel: String, Sendable, CaseIterable, Codable, SQLConvertible {
    case email, mobile, phone, web, chat, fax, meeting, inPerson

    package var title: String {
        switch self {
        case .email: "E-mail"
        case .mobile: "Text message"
        case .phone: "Phone"
        case .web: "Web form"
        case .chat: "Chat"
        case .fax: "Fax"
        case .meeting: "Meeting"
        case .inPerson: "In person"
        }
    }
}

package struct ContactPoint: Sendable, Equatable {
    package let channel: Channel
    package let value: String
    package let isPreferred: Bool
    /// When or how, in the customer's words: "after 17:00".
    package let note: String

    package init(channel: Channel, value: String, isPreferred: Bool = false, note: String = "") {
        self.channel = channel
        self.value = value
        self.isPreferred = isPreferred
        self.note = note
    }

    /// What two spellings of the same address have in common; for matching within one enterprise only.
    package var normalised: String {
        switch channel {
        case .email: value.lowercased()
        case .mobile, .phone, .fax: value.filter { $0.isNumber || $0 == "+" }
        case .web, .chat, .meeting, .inPerson: value
        }
    }

    /// Whether the value can be one of its channel at all; what a person mistypes, not what a standard allows.
    package var isPlausible: Bool {
        switch channel {
        case .email:
            value.split(separator: "@", omittingEmptySubsequences: false).count == 2 && !value.hasPrefix("@")
                && !value.hasSuffix("@") && !value.contains(where: \.isWhitespace)
        case .mobile, .phone, .fax:
            normalised.filter(\.isNumber).count >= 6 && value.allSatisfy { $0.isNumber || "+ ()-./".contains($0) }
        case .web, .chat, .meeting, .inPerson: true
        }
    }
}

extension Missing { package static let customer = Missing("customer") }

extension Permission {
    package static let customersRead = Permission(everybody: "customers.read")
    package static let customersWrite = Permission("customers.write", .administrator, .sales, .service, .marketing)
}
