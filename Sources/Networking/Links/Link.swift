// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Office
import Storage

/// A series of events between two linked enterprises, in order.
package enum Conversation {}

/// A linked enterprise, as this enterprise knows it. Its id is the same on both sides.
package struct Link: Sendable {
    package enum State: String, Sendable, CaseIterable, Codable, SQLConvertible {
        /// Accepted; the short codes are to be compared.
        case pending
        case active
        /// Nothing goes or comes until it is resumed.
        case suspended
        /// What is under way is still delivered, until `closesAt`.
        case closing
        case closed

        /// In these something may go. Of a closed link all conversations are held but those that outlive it.
        static let delivering: [State] = [.active, .closing, .closed]
    }

    package let enterprise: ID<Enterprise>
    package let id: ID<Link>
    package var state: State
    /// As it was when the two linked, or as an administrator has agreed since.
    package var name: String
    /// What the peer calls itself by now, if that is another name.
    package var newName: String?
    /// The peer's colour on our pages.
    package var colour: Int
    package var address: Address
    /// Thumbprint of the peer's root key: who it is, wherever it moves.
    package let root: String
    /// What the peer is to us.
    package let role: Role
    package let isInviter: Bool
    /// The peer's statement, a JWT that was verified when it was stored.
    package var statementJWT: String
    package var statementAt: Timestamp
    package let code: String
    /// What both agreed on; before that, what is proposed.
    package var contract: Contract?
    package var ownSignature: String?
    /// The peer's root key's signature under the contract.
    package var peerSignature: String?
    /// A changed contract that one side has signed.
    package var proposal: String?
    package var isProposalOurs = false
    /// The event by which it was proposed.
    var proposalEvent: UUID?
    /// Whether the peer still has to be told that the codes were the same.
    package var isToConfirm = false
    package var createdAt: Timestamp
    package var closesAt: Timestamp?
    /// Where the peer says that it has moved to; it counts once the peer has answered there.
    var movedTo: Address?

    package var isActive: Bool { state == .active }

    /// The peer as the contract names it.
    package var peer: Party? {
        guard let contract else { return nil }
        return contract.inviter.rootThumbprint == root ? contract.inviter : contract.accepter
    }

    /// Our own part of the contract.
    package var own: Party? { contract?.peer(of: root) }

    package func statement() throws -> Statement { try Statement.verify(statementJWT, pinned: root) }

    /// Whether this is, or was, the peer's address: what it has stored before it moved keeps its source.
    func isKnown(as source: Address) throws -> Bool {
        try source == address || source == peer?.address || source == statement().address
    }

    /// Whether events may be sent and taken at all.
    package func isOpen(at now: Timestamp) -> Bool {
        switch state {
        case .active: true
        case .closing: closesAt.map { now < $0 } ?? true
        case .pending, .suspended, .closed: false
        }
    }
}

extension Role: SQLConvertible {}
extension RejectionCode: SQLConvertible {}

extension Address: SQLConvertible {
    package var sqlValue: SQLValue { .text(description) }

    package init(sqlValue: SQLValue) throws {
        guard let address = Address(try String(sqlValue: sqlValue)) else {
            throw StorageError.unexpectedValue(expected: "an address", found: "another text")
        }
        self = address
    }
}

extension Missing { package static let link = Missing("link") }

extension Permission {
    package static let linksRead = Permission(everybody: "links.read")
    package static let linksManage = Permission("links.manage", .administrator)
}
