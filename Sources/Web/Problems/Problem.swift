// SPDX-License-Identifier: Apache-2.0

/// An error with a status and words for whoever caused it: problem details (RFC 9457), or a page in a browser.
///
/// A domain's errors conform in one small file of their own; nothing below `Web` knows status codes.
package protocol Problem: Error {
    var status: Int { get }
    /// A short name that programs can test, such as `already-answered`.
    var type: String { get }
    var title: Phrase { get }
    /// What happened and what to do next.
    var detail: Phrase { get }
    /// What is wrong with single fields.
    var errors: [FieldError] { get }
    /// Seconds after which trying again makes sense.
    var retryAfter: Int? { get }
    /// Where a browser is sent instead of seeing an error page, such as the sign-in page.
    var redirect: String? { get }
    /// Methods that are allowed instead, for 405.
    var allowed: [String] { get }
}

extension Problem {
    package var errors: [FieldError] { [] }
    package var retryAfter: Int? { nil }
    package var redirect: String? { nil }
    package var allowed: [String] { [] }
}

/// Why a caller is turned away.
package enum Refusal: Problem {
    /// Nobody is signed in; a browser goes to this sign-in page.
    case signIn(at: String)
    /// The token is unknown or has expired.
    case badToken
    /// Signed in, but not allowed; says what is missing.
    case forbidden(Phrase)
    /// There is nothing here, or nothing that this caller may know of.
    case notFound

    package var status: Int {
        switch self {
        case .signIn, .badToken: 401
        case .forbidden: 403
        case .notFound: 404
        }
    }

    package var type: String {
        switch self {
        case .signIn: "sign-in-needed"
        case .badToken: "invalid-token"
        case .forbidden: "not-allowed"
        case .notFound: "not-found"
        }
    }

    package var title: Phrase {
        switch self {
        case .signIn: "Please sign in"
        case .badToken: "This token is not valid"
        case .forbidden: "You may not do this"
        case .notFound: "There is nothing here"
        }
    }

    package var detail: Phrase {
        switch self {
        case .signIn: "Sign in to see this, or send an API token as a bearer token."
        case .badToken: "The token is unknown, expired or withdrawn. Ask an administrator for a new one."
        case .forbidden(let detail): detail
        case .notFound: "The address may be mistyped, or what was here is gone. Check it, or start from the front page."
        }
    }

    package var redirect: String? {
        if case .signIn(let page) = self { page } else { nil }
    }
}

/// The input has errors, listed per field.
package struct InvalidInput: Problem {
    package let errors: [FieldError]
    package var status: Int { 422 }
    package var type: String { "invalid-input" }
    package var title: Phrase { "Something needs your attention" }
    package var detail: Phrase { "Correct the marked fields and send the form again. Nothing you typed is lost." }

    package init(_ errors: [FieldError]) { self.errors = errors }
}
