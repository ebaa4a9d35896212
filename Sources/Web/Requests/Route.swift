// SPDX-License-Identifier: Apache-2.0

/// A method and a path pattern: `/{enterprise}/cases/{number}`.
package struct Route: Sendable, Hashable, CustomStringConvertible {
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    enum Segment: Hashable {
        case literal(String)
        case parameter(String)
    }

    package let method: Method
    package let pattern: String

    package static func get(_ pattern: String) -> Route { Route(method: .get, pattern: pattern) }
    package static func post(_ pattern: String) -> Route { Route(method: .post, pattern: pattern) }
    package static func put(_ pattern: String) -> Route { Route(method: .put, pattern: pattern) }
    package static func patch(_ pattern: String) -> Route { Route(method: .patch, pattern: pattern) }
    package static func delete(_ pattern: String) -> Route { Route(method: .delete, pattern: pattern) }

    package var description: String { "\(method.rawValue) \(pattern)" }

    /// The names between braces, in order.
    package var parameters: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    var segments: [Segment] {
        pattern.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The pattern with its parameters filled in; each value is percent-encoded.
    package func path(_ values: [String: String]) -> String {
        let parts = segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter(let name): PercentEncoding.encode(values[name] ?? "")
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
