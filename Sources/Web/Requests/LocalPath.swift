// SPDX-License-Identifier: Apache-2.0

/// A path of this site, with its query, made of text that others may have written: a `Referer`, or where somebody wants
/// to go after signing in. As a link or a redirect it leads nowhere else, however a browser or a proxy reads it.
package struct LocalPath: Sendable, Hashable {
    /// Path and query, as they were written.
    package let text: String
    /// The parts of the path, decoded.
    let segments: [String]
    let query: String

    /// `nil` for all that is not plainly a path of ours: another site (`//host`, `/\host`, `/%2fhost`, `https:`), empty
    /// parts, `.` and `..`, blanks, control characters, characters that a browser would have escaped.
    package init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }
        guard isPlain, text.utf8.count <= 8192, text.utf8.first == UInt8(ascii: "/") else { return nil }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments: [String] = []
        for part in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = try? PercentEncoding.decode(part.utf8), Self.isName(segment) else { return nil }
            segments.append(segment)
        }
        self.text = text
        self.segments = segments == [""] ? [] : segments
        guard self.segments.allSatisfy({ !$0.isEmpty }) else { return nil }
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The page of ours that led here, if the browser says so.
    init?(of visit: Visit, at origin: PublicOrigin) {
        guard let referrer = visit.headers[.referer], referrer.hasPrefix(origin.url + "/") else { return nil }
        self.init(String(referrer.dropFirst(origin.url.count)))
    }

    /// Whether a part of a path stays one part, also when it is decoded once more.
    private static func isName(_ segment: String) -> Bool {
        let isClean = segment.unicodeScalars.allSatisfy { $0 != "/" && $0 != "\\" && $0.value >= 0x20 && $0.value != 0x7F }
        guard isClean, segment != ".", segment != ".." else { return false }
        guard segment.utf8.contains(UInt8(ascii: "%")), let again = try? PercentEncoding.decode(segment.utf8) else { return true }
        return again == segment || isName(again)
    }

    /// The values of the names in a route's pattern, if this is a path of that shape.
    func values(of route: Route) -> [String: String]? {
        guard segments.count == route.segments.count else { return nil }
        var values: [String: String] = [:]
        for (text, segment) in zip(segments, route.segments) {
            switch segment {
            case .literal(let literal): guard text == literal else { return nil }
            case .parameter(let name): values[name] = text
            }
        }
        return values
    }
}
