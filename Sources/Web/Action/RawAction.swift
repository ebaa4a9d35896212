// SPDX-License-Identifier: Apache-2.0
import Storage

/// A request between machines whose exact bytes count, such as a signed one: raw body and headers in, raw response out.
///
/// It opens its own transactions, and proves who calls by itself.
package protocol RawAction: Sendable {
    static var route: Route { get }
    static var summary: String { get }
    /// The largest body accepted, in bytes; beyond it the answer is 413.
    static var bodyLimit: Int { get }
    static var limit: RateLimit? { get }
    /// What it takes and gives, for the API description.
    static var exchanged: RawExchange { get }
    /// Looks at a request whose body has not been read: what it answers is the answer, and the body is never read;
    /// `nil` lets it in.
    static func refuse(_ head: RawCall, _ database: Database) async throws -> RawReply?
    static func run(_ call: RawCall, _ database: Database) async throws -> RawReply
}

extension RawAction {
    package static var bodyLimit: Int { 512 * 1024 }
    package static var limit: RateLimit? { nil }
    package static func refuse(_ head: RawCall, _ database: Database) async throws -> RawReply? { nil }
}

/// What a raw action takes and gives: names of types and statuses, since its bytes are described elsewhere.
package struct RawExchange: Sendable {
    /// The media type of the body; `nil` where there is none.
    let takes: String?
    /// The media type of the answer.
    let gives: String
    /// Every status it answers with.
    let statuses: [Int]
    /// Header fields that it needs.
    let headers: [String]
    /// Names in the query that it needs.
    let query: [String]

    package init(
        takes: String? = nil, gives: String, statuses: [Int], headers: [String] = [], query: [String] = []
    ) {
        self.takes = takes
        self.gives = gives
        self.statuses = statuses
        self.headers = headers
        self.query = query
    }
}

package struct RawCall: Sendable {
    package let method: Route.Method
    /// Path and query exactly as received.
    package let target: String
    /// Values of the route's `{names}`.
    package let path: [String: String]
    package let query: [String: String]
    package let headers: Headers
    /// Empty for a head.
    package let body: [UInt8]
    /// The client's address as seen past trusted proxies.
    package let address: String
    package let now: Timestamp
    package let origin: PublicOrigin
    package let services: Services

    /// `@target-uri` of RFC 9421, from the configured origin and never from what the request says.
    package var targetURI: String { origin.url + target }
}

package struct RawReply: Sendable {
    package var status: Int
    package var headers: Headers
    package var body: [UInt8]

    package init(status: Int, headers: Headers = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
