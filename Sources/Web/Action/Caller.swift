// SPDX-License-Identifier: Apache-2.0
import Storage

/// Who calls. An action names the kind of caller and what it requires, and receives the proof as a value.
package protocol Caller: Sendable {
    associatedtype Requirement: Sendable

    /// Finds out who calls, or throws a ``Problem``, such as a ``Refusal``.
    static func identify(_ credentials: Credentials, meeting requirement: Requirement, _ tx: Transaction) throws -> Self

    /// Tells this caller from all others; empty for anyone. What is kept for one caller is given to no other.
    var principal: String { get }

    /// How this caller reads pages and writes dates.
    var locale: LocaleChoice { get }

    /// What every page of this caller shows around its content (`viewer`, `enterprise`, `nav`), read only for pages.
    func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) throws -> [String: Model]

    /// How OpenAPI names the ways to prove this identity; empty for anyone.
    static var security: [Security] { get }

    /// The statuses with which ``identify(_:meeting:_:)`` refuses, besides 404.
    static var refusals: [Int] { get }
}

extension Caller {
    package static var security: [Security] { [.cookie, .bearer] }
    package static var refusals: [Int] { security.isEmpty ? [] : [401, 403] }
}

/// A way to prove who calls, as the API description names it.
package enum Security: String, Sendable {
    case cookie, bearer
}

/// Anyone at all, when an action says why that is right.
package struct Anyone: Caller {
    package enum Requirement: Sendable {
        case open(because: String)
    }

    package let locale: LocaleChoice
    package var principal: String { "" }
    package static var security: [Security] { [] }

    package static func identify(
        _ credentials: Credentials, meeting requirement: Requirement, _ tx: Transaction
    ) -> Anyone {
        Anyone(locale: credentials.locale)
    }

    package func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) -> [String: Model] { [:] }
}

/// All that a request says about who sends it.
package struct Credentials: Sendable {
    /// Values of the route's `{names}`.
    package let path: [String: String]
    /// Empty when a bearer token is given, so that one request never mixes two identities.
    package let cookies: [String: String]
    package let bearer: String?
    /// The client's address as seen past trusted proxies.
    package let address: String
    /// Language from `Accept-Language`, and the node's time zone.
    package let locale: LocaleChoice
    /// The path and query asked for, to return to after signing in.
    package let target: String
    package let now: Timestamp
    /// Whether the transaction may write, so that a trace of the caller can be left.
    package let mayWrite: Bool
    /// What the client says it is.
    package let userAgent: String
    /// Whether an open page fetches itself again, so that nobody need be looking.
    package let isRefetch: Bool
    /// The feature that the action belongs to, if it can be switched off.
    package let feature: String?

    package init(
        path: [String: String] = [:], cookies: [String: String] = [:], bearer: String? = nil, address: String = "",
        locale: LocaleChoice = LocaleChoice(), target: String = "/", now: Timestamp = .now,
        mayWrite: Bool = false, userAgent: String = "", isRefetch: Bool = false,
        feature: String? = nil
    ) {
        self.path = path
        self.cookies = cookies
        self.bearer = bearer
        self.address = address
        self.locale = locale
        self.target = target
        self.now = now
        self.mayWrite = mayWrite
        self.userAgent = userAgent
        self.isRefetch = isRefetch
        self.feature = feature
    }
}
