// SPDX-License-Identifier: Apache-2.0
import Exchange

/// A refusal under our signature, for who has proved to be a peer.
struct SignedRefusal: Error {
    let response: PeerResponse
}

/// Why a peer's request is not answered as it wished.
package enum PeerRefusal: Error, Sendable, Equatable {
    case nowhere
    case malformed(String)
    case suspended
    case closed
    case tooLarge
    case wrongType(expected: String)

    var response: PeerResponse {
        switch self {
        case .nowhere: .problem(.notFound, "There is no such enterprise or endpoint here.")
        case .malformed(let why): .problem(.malformed, why)
        case .suspended: .problem(.suspended, "The link is not active. Ask the other administrator.")
        case .closed: .problem(.closed, "The link, or the invitation, is closed.")
        case .tooLarge:
            .problem(.tooLarge, "At most \(Batch.maxEvents) events and \(Batch.maxBytes) bytes are taken at a time.")
        case .wrongType(let expected): .problem(.unsupportedMediaType, "Send \(expected).")
        }
    }
}
