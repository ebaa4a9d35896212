// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage

/// What of the site reads bytes of strangers: for tests and benchmarks, which hold the time of each to the length of what
/// it reads. Whether the bytes are taken or refused makes no difference to them.
package enum Parsers {
    package static func json(_ bytes: [UInt8]) { read { _ = try Fields(json: bytes) } }

    package static func form(_ bytes: [UInt8]) { read { _ = try Fields(urlEncoded: bytes) } }

    package static func path(_ bytes: [UInt8]) { read { _ = try PercentEncoding.decode(bytes) } }

    /// A body whose boundary is `b`, in chunks as a connection gives them.
    package static func multipart(_ bytes: [UInt8]) {
        read {
            var reader = try MultipartReader(boundary: "b", textLimit: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: 16_384) {
                try reader.take(bytes[start..<min(start + 16_384, bytes.count)])
            }
            _ = try reader.finish()
        }
    }

    package static func accept(_ bytes: [UInt8]) { _ = visit(.accept, bytes).format }

    package static func acceptLanguage(_ bytes: [UInt8]) { _ = visit(.acceptLanguage, bytes).language(among: ["en", "nl"]) }

    package static func contentType(_ bytes: [UInt8]) { _ = MediaValue(String(decoding: bytes, as: UTF8.self)) }

    package static func cookies(_ bytes: [UInt8]) { _ = SetCookie.read(visit(.cookie, bytes).headers) }

    /// A text as every sort of field takes it.
    package static func field(_ bytes: [UInt8]) {
        read {
            var fields = Fields()
            for name in ["x", "currency", "list", "list"] {
                try fields.add(name, .text(String(decoding: bytes, as: UTF8.self)))
            }
            var form = Form(path: [:], query: Fields(), body: fields, locale: LocaleChoice(), now: .now)
            _ = form.text("x", max: 200, multiline: true)
            _ = form.secret("x")
            _ = form.email("x")
            _ = form.integer("x", in: 0...9)
            _ = form.date("x")
            _ = form.time("x")
            _ = form.money("x")
            _ = form.flag("x")
            _ = form.id("x") as ID<Field>
            _ = form.list("list")
        }
    }

    private enum Field {}

    private static func visit(_ name: HTTPField.Name, _ bytes: [UInt8]) -> Visit {
        Visit(
            method: "GET", target: "/", headers: [name: String(decoding: bytes, as: UTF8.self)], address: "192.0.2.1",
            now: .now)
    }

    private static func read(_ body: () throws -> Void) {
        do { try body() } catch {
            // A refusal is as good an end as any here.
        }
    }
}
