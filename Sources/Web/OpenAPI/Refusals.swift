// SPDX-License-Identifier: Apache-2.0

/// The statuses in words, for the API description. Every refusal has problem details (RFC 9457) for programs.
enum Refusals {
    static let words = [
        200: "Done", 201: "Created", 202: "Taken, and applied later", 303: "A browser is sent on",
        304: "Nothing has changed", 400: "The request cannot be read", 401: "Who calls is not known",
        403: "The caller may not do this", 404: "There is nothing here, or nothing for this caller",
        406: "None of the accepted formats is available", 409: "It does not fit what is there now",
        410: "It has ended", 413: "The body is too large", 414: "The address is too long",
        415: "The body’s format is not understood", 421: "Another enterprise was meant",
        422: "Something in the request is wrong; `errors` says what", 429: "Too often; `Retry-After` says how long to wait",
        500: "Something went wrong here; the detail has a number to mention", 503: "Busy; `Retry-After` says how long to wait",
        507: "There is no room left to store it",
    ]

    static var all: [(status: Int, response: JSON)] {
        words.keys.filter { $0 >= 400 }.sorted().map { status in
            (status: status, response: response(status, or: "text/html"))
        }
    }

    /// Problem details, or something of another media type.
    static func response(_ status: Int, or other: String) -> JSON {
        let problem: JSON = ["schema": ["$ref": "#/components/schemas/Problem"]]
        let any: JSON = [:]
        let anything: JSON = ["schema": any]
        let content: JSON = .members([(name: "application/problem+json", value: problem), (name: other, value: anything)])
        return ["description": .string(words[status] ?? "Refused"), "content": content]
    }
}
