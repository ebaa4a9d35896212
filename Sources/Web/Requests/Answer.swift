// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore

/// A response before it goes out.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields = [:]
    var body: Body = .bytes(ByteBuffer())
    /// What its request took of a budget, while it is sent.
    var held: BudgetShare?
    /// The request's body, when nothing of it was read.
    var unread: RequestBody?

    enum Body: Sendable {
        case bytes(ByteBuffer)
        /// Written as it comes, until the closure returns or the client goes away.
        case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    init(status: Int, headers: HTTPFields = [:], type: String? = nil, bytes: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        if let type { self.headers[.contentType] = type }
        body = .bytes(bytes)
    }

    static func html(_ page: [UInt8], status: Int = 200) -> Answer {
        var answer = Answer(status: status, type: "text/html; charset=utf-8", bytes: ByteBuffer(bytes: page))
        answer.headers[.cacheControl] = "private, no-cache"
        return answer
    }

    static func json(_ bytes: ByteBuffer, status: Int = 200, type: String = "application/json") -> Answer {
        var answer = Answer(status: status, type: type, bytes: bytes)
        answer.headers[.cacheControl] = "private, no-cache"
        return answer
    }

    static func text(_ text: String, status: Int = 200) -> Answer {
        Answer(status: status, type: "text/plain; charset=utf-8", bytes: ByteBuffer(string: text))
    }
}

/// What every response says to browsers.
struct SecurityHeaders: Sendable {
    private let fields: [(HTTPField.Name, String)]

    /// No inline code or styles, nothing from elsewhere, no frame around us.
    static let contentPolicy = """
        default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
        connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    init(isHTTPS: Bool) {
        var fields: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, Self.contentPolicy), (.xContentTypeOptions, "nosniff"),
            (.referrerPolicy, "same-origin"), (.crossOriginOpenerPolicy, "same-origin"),
            (.crossOriginResourcePolicy, "same-origin"),
        ]
        if isHTTPS { fields.append((.strictTransportSecurity, "max-age=31536000")) }
        self.fields = fields
    }

    func apply(to headers: inout HTTPFields) {
        for (name, value) in fields where !headers.contains(name) {
            headers.append(HTTPField(name: name, value: value))
        }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = named("Referrer-Policy")
    static let crossOriginOpenerPolicy = named("Cross-Origin-Opener-Policy")
    static let clearSiteData = named("Clear-Site-Data")
    static let secFetchSite = named("Sec-Fetch-Site")
    static let xForwardedFor = named("X-Forwarded-For")
    static let ententeRefetch = named("Entente-Refetch")
    static let idempotencyKey = named("Idempotency-Key")
    /// Says that an answer was given before.
    static let idempotentReplayed = named("Idempotent-Replayed")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
