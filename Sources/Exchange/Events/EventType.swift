// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The type of an event, such as `net.entente.handover.offered.v1`.
package struct EventType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// A type of this protocol: `name` is `handover.offered`.
    package init(_ name: String, version: Int = 1) { rawValue = "net.entente.\(name).v\(version)" }

    package var description: String { rawValue }

    /// The number after the last `.v`; nil when there is none.
    package var version: Int? {
        guard let dot = rawValue.lastIndex(of: "."), rawValue[dot...].hasPrefix(".v") else { return nil }
        return Int(rawValue[dot...].dropFirst(2))
    }

    /// The version before this one, which an older peer may know.
    package var previous: EventType? {
        guard let version, version > 1, let dot = rawValue.lastIndex(of: ".") else { return nil }
        return EventType(rawValue: "\(rawValue[..<dot]).v\(version - 1)")
    }
}

extension EventType {
    /// Whether it is sent and taken even after the link has ended.
    package var outlivesLink: Bool { Self.outliving.contains(self) }

    package static let outliving: Set<EventType> = [
        ContactRevokedV1.type, ErasureRequestedV1.type, ErasureAnsweredV1.type, ReceiptAppliedV1.type,
        ReceiptFailedV1.type,
    ]

    /// What a link that closes takes no more, since it begins something: an ask, another contract.
    package static let beginning: Set<EventType> = [HandoverOfferedV1.type, ContractProposedV1.type]
}

/// The data of an event: one explicit struct per type and version.
package protocol EventData: WireStruct {
    static var type: EventType { get }
}

/// What is said about one handover. It goes in the handover's own conversation, and so in order.
package protocol HandoverEventData: EventData {
    var handover: UUID { get }
}
