// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import Storage

/// One change, as written in the enterprise's append-only log.
package struct Event: Sendable {
    /// Its place in the enterprise's log: 1, 2, 3 … as they were committed, without gaps; `nil` until it has one, a moment
    /// after the commit.
    package let position: Int?
    package let subject: UUID
    /// Its place in the subject's own history: 1, 2, 3 … without gaps.
    package let sequence: Int
    package let at: Timestamp
    package let actorKind: String
    /// The member, customer or link; `nil` for a clock or a rule.
    package let actor: UUID?
    package let actorName: String
    /// By which means they did it, and what of it caused it: the name of a ``Means``, and its cause.
    package let means: String
    package let cause: UUID?
    /// The sort of thing that it happened to, by the name of a ``SubjectSort``.
    package let sort: String
    /// What happened, as in `handover.offered`.
    package let type: String
    package let version: Int
    /// The message, handover or member it is about, if any.
    package let object: UUID?
    /// JSON, as the payload of its type writes it.
    package let payload: String

    /// Its payload, if it is of that type.
    package func data<Payload: EventPayload>(as type: Payload.Type) throws -> Payload? {
        guard self.type == Payload.type else { return nil }
        guard version <= Payload.version else { throw EventError.ofLaterVersion(type: self.type, version: version) }
        do { return try JSONDecoder().decode(Payload.self, from: Data(payload.utf8)) } catch {
            // What the decoder says may quote what somebody wrote.
            throw EventError.unreadable(type: self.type, reason: "\(Swift.type(of: error))")
        }
    }

    /// Its payload, if this program knows the type.
    package func data(_ types: EventTypes) throws -> (any EventPayload)? {
        try types[type].flatMap { try data(as: $0) }
    }

    package var json: JSONValue { (try? JSONValue(parsing: payload.utf8)) ?? .object([:]) }
}

/// Why an event cannot be read. It stays in the log as it is.
package enum EventError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A newer program wrote it.
    case ofLaterVersion(type: String, version: Int)
    case unreadable(type: String, reason: String)

    package var description: String {
        switch self {
        case .ofLaterVersion(let type, let version):
            "“\(type)” of version \(version) was written by a newer program; update this one"
        case .unreadable(let type, let reason): "“\(type)” cannot be read: \(reason)"
        }
    }
}
