// SPDX-License-Identifier: Apache-2.0
import Crypto
import HTTPTypes

/// The random key of a request, with which it can be sent again when its answer was lost
/// (draft-ietf-httpapi-idempotency-key-header-07): a program says it in `Idempotency-Key`, a page in a hidden field.
///
/// What is kept for it is found and read only with the key itself, so the database alone tells nothing.
struct RequestKey: Sendable {
    enum Source: Sendable { case program, page }

    /// The hidden field of a form, which every page fills anew.
    static let field = "once"
    static let lengths = 16...200

    let source: Source
    private let secret: SymmetricKey

    /// `nil` where the request has no key.
    init?(_ visit: Visit) throws {
        let text: String
        if let header = visit.headers[.idempotencyKey] {
            // A string of structured fields has quotation marks; many clients leave them out.
            let isQuoted = header.count >= 2 && header.hasPrefix("\"") && header.hasSuffix("\"")
            (text, source) = (isQuoted ? String(header.dropFirst().dropLast()) : header, .program)
        } else if let value = visit.body?.texts(Self.field).first {
            (text, source) = (value, .page)
        } else {
            return nil
        }
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        guard Self.lengths.contains(text.utf8.count), isVisible else { throw RepeatProblem.badKey }
        secret = SymmetricKey(data: Array(text.utf8))
    }

    /// A code of these bytes that nobody can make or check without the key.
    func code(_ purpose: Purpose, of bytes: some Sequence<UInt8>) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(bytes), using: derived(purpose)))
    }

    func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(bytes, using: derived(.answer)).combined else { throw RepeatProblem.badKey }
        return Array(sealed)
    }

    func open(_ bytes: [UInt8]) throws -> [UInt8] {
        Array(try AES.GCM.open(AES.GCM.SealedBox(combined: bytes), using: derived(.answer)))
    }

    enum Purpose: String { case place, content, answer }

    private func derived(_ purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, info: Array("entente request key \(purpose.rawValue)".utf8), outputByteCount: 32)
    }
}

/// Why a request with a key is not answered.
enum RepeatProblem: Problem {
    case badKey
    /// The key belongs to a request that said something else.
    case otherRequest
    case stillRunning

    var status: Int {
        switch self {
        case .badKey: 400
        case .otherRequest: 422
        case .stillRunning: 409
        }
    }

    var type: String {
        switch self {
        case .badKey: "bad-idempotency-key"
        case .otherRequest: "idempotency-key-reused"
        case .stillRunning: "still-running"
        }
    }

    var title: Phrase {
        switch self {
        case .badKey: "This key cannot be used"
        case .otherRequest: "This key belongs to another request"
        case .stillRunning: "This request is being answered already"
        }
    }

    var detail: Phrase {
        switch self {
        case .badKey:
            "An idempotency key has \(Self.shortest) to \(Self.longest) visible characters and is random, such as a UUID. Make one anew for each request."
        case .otherRequest:
            "A request with this key said something else. Send the same again, or make a new key for what is new."
        case .stillRunning: "Wait a moment, then send the same again to get its answer."
        }
    }

    var retryAfter: Int? { self == .stillRunning ? 2 : nil }

    private static let shortest = RequestKey.lengths.lowerBound
    private static let longest = RequestKey.lengths.upperBound
}
