// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// The object is the message.
package struct MessageAdded: CaseEvent {
    package static let type = "message.added"
    package let author: Message.Author.Kind
    /// Who sees it besides the enterprise's own staff.
    package let toCustomer: Bool
    package let toCompanies: Int

    init(_ message: Message) {
        author = message.author.kind
        toCustomer = message.audience.customer
        toCompanies = message.audience.links.count
    }

    package func told(_ event: Event, _ scene: CaseScene) -> Phrase? { nil }
}
