// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

/// The unit of work: one matter of one customer, of some kind.
package struct Case: Sendable, Equatable {
    package let id: ID<Case>
    package let kind: String
    package let number: Int
    package var title: String
    package var customer: ID<Customer>?
    /// What a case that came over a link says of its customer before, or without, knowing them: "a customer of Spoke & Co".
    package var customerLabel: String
    /// The link it came over; `nil` for the enterprise's own.
    package let origin: ID<Link>?
    package let channel: Channel
    package var owner: ID<Member>?
    package var team: ID<Team>?
    package var priority: Priority
    package var stage: String
    package var isOpen: Bool
    package var product: String
    package var serial: String
    package let openedAt: Timestamp
    package var updatedAt: Timestamp
    package var closedAt: Timestamp?
    /// Grows with each event of the case; also the ETag of its page and the `sequence` of its newest event.
    package var revision: Int
    /// Who else has it now; `nil` when it is with the enterprise itself.
    package var holder: Holder?
    /// The deadline that runs now: of whoever has it, or of what another company asked of us.
    package var due: Timestamp?

    package enum Priority: String, Sendable, CaseIterable, Codable, SQLConvertible { case low, normal, high, urgent }

    /// The company that has an open ask, for lists; derived from the handovers whenever one changes.
    package struct Holder: Sendable, Equatable, Codable {
        package let name: String
        package let colour: Int
    }
}
