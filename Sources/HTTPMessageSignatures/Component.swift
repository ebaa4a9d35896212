// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One covered component of a signature: a header field, or a part of the start line whose name begins with `@`
/// (RFC 9421, section 2).
package struct Component: Hashable, Sendable {
    /// In lower case.
    package let name: String
    /// The member of a dictionary field that is covered alone (`;key="…"`).
    package let key: String?
    /// Whether a response covers this component of the request it answers (`;req`).
    package let isOfRequest: Bool

    package init(_ name: String, key: String? = nil, isOfRequest: Bool = false) {
        self.name = name.lowercased()
        self.key = key
        self.isOfRequest = isOfRequest
    }

    package static let method = Component("@method")
    package static let targetURI = Component("@target-uri")
    package static let authority = Component("@authority")
    package static let path = Component("@path")
    package static let query = Component("@query")
    package static let status = Component("@status")
    package static let contentDigest = Component("content-digest")
    package static let contentType = Component("content-type")

    /// The same component of the request that is being answered.
    package var ofRequest: Component { Component(name, key: key, isOfRequest: true) }

    /// The component's value in a message, and for `;req` in the request that it answers.
    func value(in message: HTTPMessage, answering request: HTTPMessage?) throws(SignatureError) -> String {
        if isOfRequest {
            guard case .response = message.start, let request else { throw .missingComponent(name) }
            return try Component(name, key: key).value(in: request, answering: nil)
        }
        if name.hasPrefix("@") { return try derivedValue(of: message.start) }
        guard let value = message[field: name] else { throw .missingComponent(name) }
        guard let key else {
            guard !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { throw .malformed(name) }
            return value
        }
        return try Dictionary.member(key, of: value, named: name)
    }

    private func derivedValue(of start: HTTPMessage.Start) throws(SignatureError) -> String {
        switch (name, start) {
        case ("@method", .request(let method, _)): return method
        case ("@target-uri", .request(_, let uri)): return uri
        case ("@status", .response(let status)): return String(status)
        case ("@authority", .request(_, let uri)): return TargetURI(uri).authority
        case ("@scheme", .request(_, let uri)): return TargetURI(uri).scheme
        case ("@path", .request(_, let uri)): return TargetURI(uri).path
        case ("@query", .request(_, let uri)): return "?" + (TargetURI(uri).query ?? "")
        case ("@request-target", .request(_, let uri)):
            let target = TargetURI(uri)
            return target.path + (target.query.map { "?" + $0 } ?? "")
        default: throw .unsupportedComponent(name)
        }
    }
}

/// The parts of an absolute URI that RFC 9421 derives components from.
private struct TargetURI {
    let scheme: String
    let authority: String
    let path: String
    let query: String?

    init(_ uri: String) {
        let withoutFragment = uri.prefix { $0 != "#" }
        let schemeEnd = withoutFragment.range(of: "://")
        scheme = schemeEnd.map { withoutFragment[..<$0.lowerBound].lowercased() } ?? ""
        let rest = schemeEnd.map { withoutFragment[$0.upperBound...] } ?? withoutFragment[...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let host = rest[..<authorityEnd].lowercased()
        let defaultPort = scheme == "https" ? ":443" : ":80"
        authority = host.hasSuffix(defaultPort) ? String(host.dropLast(defaultPort.count)) : host
        let afterAuthority = rest[authorityEnd...]
        let path = afterAuthority.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        query = path.endIndex < afterAuthority.endIndex ? String(afterAuthority[path.endIndex...].dropFirst()) : nil
    }
}
