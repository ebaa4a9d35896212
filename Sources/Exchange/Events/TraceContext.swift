// SPDX-License-Identifier: Apache-2.0

/// Which undertaking an event belongs to, for those who follow it through their logs (W3C Trace Context, section 3.2).
package struct TraceContext: Hashable, Sendable {
    /// 32 hexadecimal digits, the same throughout.
    package let trace: String
    /// 16 hexadecimal digits, for one event.
    package let span: String
    private let flags: String

    private init(trace: String, span: String, flags: String) {
        self.trace = trace
        self.span = span
        self.flags = flags
    }

    /// A trace that begins here.
    package init(using random: inout some RandomNumberGenerator) {
        self.init(trace: Self.digits(2, using: &random), span: Self.digits(1, using: &random), flags: "00")
    }

    package static func begun() -> TraceContext {
        var random = SystemRandomNumberGenerator()
        return TraceContext(using: &random)
    }

    /// `nil` for what is not a `traceparent`: then a trace begins anew (section 2.2.2.1).
    package init?(_ traceparent: String) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4 || (parts.count > 4 && parts[0] != "00"), parts[0] != "ff",
            zip(parts, [2, 32, 16, 2]).allSatisfy({ part, length in
                part.utf8.count == length
                    && part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        self.init(trace: String(parts[1]), span: String(parts[2]), flags: String(parts[3]))
    }

    /// The next event of the same undertaking.
    package func next(using random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(trace: trace, span: Self.digits(1, using: &random), flags: flags)
    }

    /// As it travels.
    package var traceparent: String { "00-\(trace)-\(span)-\(flags)" }

    /// 16 digits a word; no word is zero, since an id of zeros is none.
    private static func digits(_ words: Int, using random: inout some RandomNumberGenerator) -> String {
        (0..<words).map { _ in
            let text = String(UInt64.random(in: 1...UInt64.max, using: &random), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
