// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Web

/// The worst that a stranger could send to one of our parsers, as long as one likes. A new parser gets its own here: the
/// tests then hold its time to the length of the input, and `bin/bench` shows what a megabyte costs.
package struct WorstInput: Sendable, CustomStringConvertible {
    package let parser: String
    package let name: String
    /// The longest that reaches the parser, in bytes.
    package let longest: Int
    private let make: @Sendable (Int) -> [UInt8]
    private let parse: @Sendable ([UInt8]) -> Void

    package var description: String { "\(parser): \(name)" }

    package func bytes(_ count: Int) -> [UInt8] { make(count) }

    package func parse(_ bytes: [UInt8]) { parse(bytes) }

    /// Processor time that this thread takes to parse the bytes.
    package func cost(of bytes: [UInt8], times: Int = 1) -> Duration {
        let start = Self.threadTime
        for _ in 0..<times { parse(bytes) }
        return Self.threadTime - start
    }

    private static var threadTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package static let all: [WorstInput] =
        json("JSON of a form", Parsers.json) + json("JSON of the exchange", ignoring { _ = try JSONValue(parsing: $0) })
        + forms + headers + exchange

    private static let body = 1 << 20
    /// The server refuses longer header fields.
    private static let header = 16 * 1024
    /// Longer ones are not read.
    private static let structuredField = 4096

    private init(
        _ parser: String, _ name: String, _ longest: Int, _ make: @escaping @Sendable (Int) -> [UInt8],
        _ parse: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.parser = parser
        self.name = name
        self.longest = longest
        self.make = make
        self.parse = parse
    }

    /// `before`, then a text again and again, then `after`.
    private static func many(_ text: String, before: String = "", after: String = "") -> @Sendable (Int) -> [UInt8] {
        { count in
            var bytes = Array(before.utf8)
            let unit = Array(text.utf8)
            bytes.reserveCapacity(count)
            while bytes.count + unit.count + after.utf8.count <= count { bytes += unit }
            return bytes + Array(after.utf8)
        }
    }

    /// As ``many(_:before:after:)`` with a number in each.
    private static func numbered(
        before: String = "", after: String = "", _ text: @escaping @Sendable (Int) -> String
    ) -> @Sendable (Int) -> [UInt8] {
        { count in
            var bytes = Array(before.utf8)
            var number = 0
            while bytes.count < count {
                bytes += Array(text(number).utf8)
                number += 1
            }
            return bytes + Array(after.utf8)
        }
    }

    /// Refused is as good as taken.
    private static func ignoring(_ body: @escaping @Sendable ([UInt8]) throws -> Void) -> @Sendable ([UInt8]) -> Void {
        { bytes in
            do { try body(bytes) } catch {
                // What counts is the time it took.
            }
        }
    }

    private static func json(_ parser: String, _ parse: @escaping @Sendable ([UInt8]) -> Void) -> [WorstInput] {
        [
            ("numbers", many("0,", before: "{\"a\":[", after: "0]}")),
            ("long numbers", many("9", before: "{\"a\":", after: "}")),
            ("numbers with exponents", many("-1.5e+9,", before: "[", after: "0]")),
            ("members", numbered(before: "{", after: "\"z\":0}") { "\"\($0)\":0," }),
            ("duplicate members", many("\"a\":0,", before: "{", after: "\"a\":0}")),
            ("arrays in arrays", many("[")),
            ("objects in objects", many("{\"a\":")),
            ("small objects", many("{\"a\":{}},", before: "[", after: "{}]")),
            ("escapes", many("\\u00e9", before: "{\"a\":\"", after: "\"}")),
            ("surrogates", many("\\ud83d\\ude00", before: "{\"a\":\"", after: "\"}")),
            ("short escapes", many("\\n", before: "{\"a\":\"", after: "\"}")),
            ("a long text", many("é", before: "{\"a\":\"", after: "\"}")),
            ("texts", many("\"\",", before: "[", after: "0]")),
            ("spaces", many(" ", before: "{", after: "}")),
            ("a long name", many("a", before: "{\"", after: "\":{\"a\":1,\"b\":2,\"c\":3}}")),
        ].map { WorstInput(parser, $0.0, body, $0.1, parse) }
    }

    private static let forms: [WorstInput] = [
        WorstInput("form", "fields", body, many("a=1&"), Parsers.form),
        WorstInput("form", "names", body, numbered { "\($0)&" }, Parsers.form),
        WorstInput("form", "escapes", body, many("%41", before: "a="), Parsers.form),
        WorstInput("form", "separators", body, many("&"), Parsers.form),
        WorstInput("form", "equals signs", body, many("="), Parsers.form),
        WorstInput("path", "escapes", 8192, many("%41"), Parsers.path),
        WorstInput("form with files", "line breaks", body, part(many("\r\n")), Parsers.multipart),
        WorstInput("form with files", "carriage returns", body, part(many("\r")), Parsers.multipart),
        WorstInput("form with files", "what is nearly a boundary", body, part(many("\r\n--")), Parsers.multipart),
        WorstInput(
            "form with files", "parts", body,
            many("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", after: "--b--"), Parsers.multipart),
        WorstInput("form with files", "headers", body, many("a: b\r\n", before: "--b\r\n"), Parsers.multipart),
        WorstInput("form with files", "a long header", body, many("a", before: "--b\r\na: "), Parsers.multipart),
        WorstInput("form with files", "no boundary", body, many("\r\n-"), Parsers.multipart),
        WorstInput("field", "digits", body, many("9"), Parsers.field),
        WorstInput("field", "groups of digits", body, many("9 999"), Parsers.field),
        WorstInput("field", "a fraction", body, many("9", before: "2026-11-24T17:00:00."), Parsers.field),
        WorstInput("field", "line breaks", body, many("\r\n", before: "a", after: "a"), Parsers.field),
        WorstInput("field", "spaces", body, many(" ", before: "a", after: "a"), Parsers.field),
        WorstInput("field", "accents", body, many("e\u{301}"), Parsers.field),
        WorstInput("field", "one long character", body, many("\u{301}", before: "a"), Parsers.field),
        WorstInput("field", "at signs", body, many("@"), Parsers.field),
    ]

    private static func part(_ content: @escaping @Sendable (Int) -> [UInt8]) -> @Sendable (Int) -> [UInt8] {
        { count in
            Array("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8) + content(count)
                + Array("\r\n--b--".utf8)
        }
    }

    private static let headers: [WorstInput] = [
        ("ranges", many("a/b;q=0.1,")), ("parameters", many("a;", before: "*/*;")),
        ("named parameters", numbered(before: "*/*") { ";a\($0)=1" }), ("separators", many(",")),
        ("quotation marks", many("\\\"", before: "a;b=\"")), ("escapes", many("%22", before: "a;b=\"")),
        ("spaces", many(" ", before: "a;", after: "b")),
    ].flatMap { name, make in
        [
            WorstInput("Accept", name, header, make, Parsers.accept),
            WorstInput("Accept-Language", name, header, make, Parsers.acceptLanguage),
            WorstInput("Content-Type", name, header, make, Parsers.contentType),
        ]
    } + [
        WorstInput("Cookie", "cookies", header, numbered { "__Host-\($0)=1;" }, Parsers.cookies),
        WorstInput("Cookie", "repeated cookies", header, many("__Host-a=1;"), Parsers.cookies),
        WorstInput("Cookie", "separators", header, many(";"), Parsers.cookies),
        WorstInput("Cookie", "spaces", header, many(" ", before: ";", after: "a=b"), Parsers.cookies),
    ]

    private static let exchange: [WorstInput] =
        [
            ("members", numbered(before: "ent=()") { ",a\($0)=1" }), ("parameters", numbered(before: "ent=()") { ";a\($0)" }),
            ("items", numbered(before: "ent=(", after: ")") { "\"a\($0)\" " }), ("lists", many("(", before: "ent=")),
            ("base 64", many("AAAA", before: "ent=:", after: ":")), ("text", many("\\\"", before: "ent=\"", after: "\"")),
        ].flatMap { (name: String, make: @escaping @Sendable (Int) -> [UInt8]) in
            [
                WorstInput("Signature-Input", name, structuredField, make, ignoring(signatureInput)),
                WorstInput("Signature", name, structuredField, make, ignoring(signature)),
                WorstInput("Content-Digest", name, structuredField, make, ignoring(digest)),
            ]
        } + [
            WorstInput("batch", "empty events", Batch.maxBytes, many("{},", before: "[", after: "{}]"), ignoring(batch)),
            WorstInput(
                "batch", "unknown attributes", Batch.maxBytes,
                numbered(before: "[{", after: "\"id\":\"\"}]") { "\"a\($0)\":0," }, ignoring(batch)),
            WorstInput("statement", "dots", Statement.maxBytes, many("."), ignoring(statement)),
            WorstInput("statement", "base 64", Statement.maxBytes, many("e30", before: "e30."), ignoring(statement)),
            WorstInput(
                "contract", "unknown members", 256 * 1024, numbered(before: "{", after: "\"version\":1}") { "\"a\($0)\":0," },
                ignoring(contract)),
            WorstInput(
                "receipts", "receipts", Batch.maxBytes, many("{\"id\":\"\"},", before: "{\"receipts\":[", after: "{}]}"),
                ignoring { _ = try Receipts(parsing: $0) }),
            WorstInput("time", "decimals", 64, many("9", before: "2026-11-24T17:00:00."), ignoring { _ = WireTime(rfc3339: text($0)) }),
            WorstInput("address", "labels", 300, many("a.", after: "/b"), ignoring { _ = Address(text($0)) }),
        ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Sendable private static func signatureInput(_ bytes: [UInt8]) throws {
        _ = try MessageSignature(
            label: "ent",
            in: .request(
                method: "POST", targetURI: "https://a.example/",
                fields: [Field("Signature-Input", text(bytes)), Field("Signature", "ent=:AAAA:")]))
    }

    @Sendable private static func signature(_ bytes: [UInt8]) throws {
        _ = try MessageSignature(
            label: "ent",
            in: .request(
                method: "POST", targetURI: "https://a.example/",
                fields: [Field("Signature-Input", "ent=()"), Field("Signature", text(bytes))]))
    }

    @Sendable private static func digest(_ bytes: [UInt8]) throws {
        try ContentDigest.check(text(bytes), matches: [])
    }

    @Sendable private static func batch(_ bytes: [UInt8]) throws { _ = try Batch.decode(bytes) }

    @Sendable private static func statement(_ bytes: [UInt8]) throws { _ = try Statement.verify(text(bytes)) }

    @Sendable private static func contract(_ bytes: [UInt8]) throws { _ = try Contract(JSONValue(parsing: bytes)) }
}
