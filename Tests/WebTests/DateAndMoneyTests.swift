// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Testing

@testable import Web

@Suite("dates and amounts in forms")
struct DateAndMoneyTests {
    private func form(_ fields: [String: String], language: String = "en") throws -> Form {
        var sent = Fields()
        for (name, value) in fields { try sent.add(name, .text(value)) }
        return Form(
            path: [:], query: Fields(), body: sent, locale: LocaleChoice(language: language, timeZone: "Europe/Brussels"),
            now: try #require(Timestamp(rfc3339: "2026-11-24T23:30:00Z")))
    }

    private func money(_ amount: String, _ currency: String = "EUR") throws -> String? {
        var form = try form(["price": amount, "currency": currency])
        let money = form.money("price", label: "Price")
        return form.errors.isEmpty ? "\(money)" : nil
    }

    @Test("a date is a day that exists, however far away")
    func date() throws {
        for day in ["2026-11-24", "2024-02-29", "1999-12-31"] {
            var form = try form(["day": " \(day) "])
            #expect(form.date("day").rawValue == day)
            #expect(form.errors.isEmpty)
        }
        for wrong in ["2026-02-30", "24-11-2026", "2026-11-24T10:00", "2026-1-2", "tomorrow", "２０２６-11-24"] {
            var form = try form(["day": wrong])
            _ = form.date("day", label: "Bought on")
            #expect(
                form.errors.map(\.message.description)
                    == ["“Bought on” is not a date. Write it like 2026-11-24."], "\(wrong)")
        }
    }

    @Test("a date may be left out only where it is optional")
    func missing() throws {
        var form = try form(["day": ""])
        #expect(form.optionalDate("day") == nil)
        #expect(form.errors.isEmpty)
        _ = form.date("day")
        #expect(form.errors.map(\.field) == ["day"])
    }

    @Test("today is the viewer's")
    func today() throws {
        #expect(try form([:]).today.rawValue == "2026-11-25")
    }

    @Test("an amount is read with a point or a comma, and its currency's decimals", arguments: [
        ("120.50", "EUR", "120.50 EUR"), ("120,50", "eur", "120.50 EUR"), ("120,5", "EUR", "120.50 EUR"),
        ("120", "EUR", "120.00 EUR"), ("0", "EUR", "0.00 EUR"), ("1 250,50", "EUR", "1250.50 EUR"),
        ("1\u{202F}250\u{A0}000", "EUR", "1250000.00 EUR"), ("1250", "JPY", "1250 JPY"), ("1.234", "KWD", "1.234 KWD"),
        ("999999999999999.99", "EUR", "999999999999999.99 EUR"),
    ])
    func amount(text: String, currency: String, expected: String) throws {
        #expect(try money(text, currency) == expected)
    }

    @Test("what could mean two amounts, or none, is refused", arguments: [
        "1.250", "1,250", "1.250,50", "1,250.50", "12 50", "-5", "+5", "5-", ".5", "5.", "5,", "€ 5", "1e3", "１２", "9999999999999999",
    ])
    func noAmount(text: String) throws {
        #expect(try money(text) == nil)
    }

    @Test("an amount says how to write it, as its reader is used to", arguments: [
        ("en", "EUR", "120.50"), ("nl", "EUR", "120,50"), ("nl", "JPY", "120"),
    ])
    func howTo(language: String, currency: String, example: String) throws {
        var form = try form(["price": "much", "currency": currency], language: language)
        _ = form.money("price", label: "Price")
        #expect(
            form.errors.map(\.message.description) == [
                "“Price” is not an amount in \(currency). Write it like \(example), with no mark between thousands."
            ])
    }

    @Test("the error is on the field that lacks something")
    func fields() throws {
        for (sent, wrong) in [
            (["price": "5"], "currency"), (["price": "5", "currency": "euro"], "currency"), (["currency": "EUR"], "price"),
        ] {
            var form = try form(sent)
            _ = form.money("price")
            #expect(form.errors.map(\.field) == [wrong])
        }
        var form = try form(["currency": "EUR"])
        #expect(form.optionalMoney("price") == nil)
        #expect(form.errors.isEmpty)
    }

    private struct Sale: FormInput {
        init(_ form: inout Form) {
            _ = form.date("day", label: "Day")
            _ = form.optionalMoney("price", label: "Price")
        }
    }

    @Test("they are described with their formats")
    func described() throws {
        var form = Form(describing: .post)
        _ = Sale(&form)
        #expect(form.described.map(\.name) == ["day", "price", "currency"])
        #expect(form.described.map(\.isRequired) == [true, false, false])
        let schemas = form.described.map { String(decoding: $0.type.schema.bytes, as: UTF8.self) }
        #expect(schemas[0] == #"{"type":"string","format":"date"}"#)
        #expect(schemas[2].contains("[A-Za-z]{3}"))
    }

    private struct Receipt: Codable { let day: CivilDate, price: Money, note: String }

    @Test("an answer with them is described to its last field")
    func output() throws {
        let schema = String(decoding: SchemaDecoder.schema(of: Receipt.self).bytes, as: UTF8.self)
        #expect(schema.contains(#""format":"date""#))
        #expect(schema.contains(#""minorUnits""#))
        #expect(schema.contains(#""note""#))
    }
}
