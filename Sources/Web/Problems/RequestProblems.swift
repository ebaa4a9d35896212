// SPDX-License-Identifier: Apache-2.0

/// A request that cannot be read.
struct MalformedRequest: Problem {
    let detail: Phrase
    var status: Int { 400 }
    var type: String { "malformed-request" }
    var title: Phrase { "The request cannot be read" }

    init(_ detail: Phrase) { self.detail = detail }

    static let notUTF8 = MalformedRequest("The request holds bytes that are not UTF-8. Encode all text as UTF-8.")
    static let multipart = MalformedRequest("The form's parts cannot be told apart. Send valid multipart/form-data.")
}

struct TooLarge: Problem {
    let limit: Int
    var what = "The request"
    var status: Int { 413 }
    var type: String { "too-large" }
    var title: Phrase { "That is too large" }
    var detail: Phrase {
        "\(Phrase(stringLiteral: what)) may have at most \(ByteSize.text(limit)). Send less, or make the file smaller."
    }
}

enum ByteSize {
    static func text(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : bytes >= 1 << 10 ? "\(bytes >> 10) KiB" : "\(bytes) bytes"
    }
}

enum RequestRefusal: Problem {
    case methodNotAllowed([String])
    case notAcceptable
    case unsupportedMediaType
    case lengthOfTarget
    case foreignOrigin
    case tooManyRequests(retryAfter: Int)
    case tooManyStreams
    case overloaded

    var status: Int {
        switch self {
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .unsupportedMediaType: 415
        case .lengthOfTarget: 414
        case .foreignOrigin: 403
        case .tooManyRequests, .tooManyStreams: 429
        case .overloaded: 503
        }
    }

    var type: String {
        switch self {
        case .methodNotAllowed: "method-not-allowed"
        case .notAcceptable: "not-acceptable"
        case .unsupportedMediaType: "unsupported-media-type"
        case .lengthOfTarget: "address-too-long"
        case .foreignOrigin: "foreign-origin"
        case .tooManyRequests: "too-many-requests"
        case .tooManyStreams: "too-many-streams"
        case .overloaded: "overloaded"
        }
    }

    var title: Phrase {
        switch self {
        case .methodNotAllowed: "This method does not work here"
        case .notAcceptable: "None of the accepted formats is available"
        case .unsupportedMediaType: "This format is not understood"
        case .lengthOfTarget: "The address is too long"
        case .foreignOrigin: "This form came from another site"
        case .tooManyRequests: "Too many attempts"
        case .tooManyStreams: "Too many open streams"
        case .overloaded: "The server is busy"
        }
    }

    var detail: Phrase {
        switch self {
        case .methodNotAllowed(let methods): "Use \(methods.joined(separator: ", ")) here."
        case .notAcceptable: "Accept text/html or application/json."
        case .unsupportedMediaType:
            "Send JSON, a URL-encoded form or multipart/form-data, and say which in Content-Type."
        case .lengthOfTarget: "Shorten the address, or send the values in the body."
        case .foreignOrigin: "Open the form on this site and send it from there."
        case .tooManyRequests(let seconds): "Wait \(seconds) seconds, then try again."
        case .tooManyStreams: "Close some of the pages that are open on this site, then try again."
        case .overloaded: "Wait a moment, then try again. What you typed has not been saved."
        }
    }

    var retryAfter: Int? {
        switch self {
        case .tooManyRequests(let seconds): seconds
        case .tooManyStreams, .overloaded: 10
        default: nil
        }
    }

    var allowed: [String] {
        if case .methodNotAllowed(let methods) = self { methods } else { [] }
    }
}

/// Anything unforeseen. The user gets an id to quote; the log has the same id and the error.
struct UnexpectedProblem: Problem {
    let id: String
    var status: Int { 500 }
    var type: String { "unexpected" }
    var title: Phrase { "Something went wrong on our side" }
    var detail: Phrase { "Try again in a minute. If it happens again, tell the administrator this number: \(id)." }
}
