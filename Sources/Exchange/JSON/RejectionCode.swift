// SPDX-License-Identifier: Apache-2.0

/// Why an event was rejected. A kind of case may add codes of its own.
package struct RejectionCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    /// Not what this protocol says.
    package static let malformed = RejectionCode(rawValue: "malformed")
    /// An earlier event of the conversation is missing: send from `expected`. The only code that is not for good.
    package static let gap = RejectionCode(rawValue: "gap")
    /// This `id`, or this place in the conversation, was used for other content.
    package static let idReuse = RejectionCode(rawValue: "id-reuse")
    /// The type, or this version of it, is not known: send an earlier version.
    package static let unsupportedType = RejectionCode(rawValue: "unsupported-type")
    /// The contract does not allow it.
    package static let notAgreed = RejectionCode(rawValue: "not-agreed")
    /// What it speaks of is not known here.
    package static let unknownSubject = RejectionCode(rawValue: "unknown-subject")
    /// It does not fit the present stage; `state` says which that is.
    package static let stale = RejectionCode(rawValue: "stale")
    package static let expired = RejectionCode(rawValue: "expired")
    package static let loop = RejectionCode(rawValue: "loop")
    package static let hopsExhausted = RejectionCode(rawValue: "hops-exhausted")
    package static let tooLarge = RejectionCode(rawValue: "too-large")
    /// The receiver could not apply it, by a mistake of its own.
    package static let failed = RejectionCode(rawValue: "failed")
    /// The link is closing and takes nothing that begins anew.
    package static let closing = RejectionCode(rawValue: "closing")
}
