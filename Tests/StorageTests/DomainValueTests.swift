// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Testing

@Suite("Ids, times and money")
struct DomainValueTests {
    @Test("ids ascend, carry the time and are of version 7")
    func ids() throws {
        let before = Timestamp.now
        let ids = (0..<20_000).map { _ in ID<Note>() }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        for id in ids.prefix(100) {
            let text = Array(id.description)
            #expect(text[14] == "7")
            #expect("89ab".contains(text[19]))
        }
        let milliseconds = try #require(
            Int64(ids[0].description.replacingOccurrences(of: "-", with: "").prefix(12), radix: 16))
        #expect((before.milliseconds - 10_000...before.milliseconds + 10_000).contains(milliseconds))
    }

    @Test("an id is written in lower case and read in any")
    func idText() throws {
        let text = "0199f2c4-1b2c-7def-8abc-0123456789ab"
        let id = try #require(ID<Note>(text.uppercased()))
        #expect(id.description == text)
        #expect(try JSONEncoder().encode([id]) == Data("[\"\(text)\"]".utf8))
        #expect(try JSONDecoder().decode([ID<Note>].self, from: Data("[\"\(text)\"]".utf8)) == [id])
        for wrong in ["", "x", "0199f2c41b2c7def8abc0123456789ab", text + "0"] { #expect(ID<Note>(wrong) == nil) }
    }

    @Test(
        "a time reads what RFC 3339 allows",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-24T14:05:06.123Z", 1_795_529_106_123),
            ("2026-11-24t15:05:06.1239+01:00", 1_795_529_106_123), ("2026-11-24 14:05:06z", 1_795_529_106_000),
            ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T00:00:00-00:00", 951_782_400_000),
            ("1990-12-31T23:59:60Z", 662_688_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ] as [(String, Int64)])
    func readTime(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "a time refuses the rest",
        arguments: [
            "", "2026-11-24", "2026-11-24T14:05Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Zx",
            "+026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
        ])
    func refuseTime(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test("a time is written as it is read, over five thousand years")
    func timeRoundTrip() {
        for milliseconds in stride(from: Int64(-62_167_219_200_000), to: 95_617_584_000_000, by: 86_399_998_777) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
        #expect(Timestamp(milliseconds: 1_795_529_106_007).rfc3339 == "2026-11-24T14:05:06.007Z")
        #expect(Timestamp(milliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test("money of two currencies is never added, nor wraps")
    func money() throws {
        let euro = try #require(Currency(rawValue: "EUR"))
        let yen = try #require(Currency(rawValue: "JPY"))
        let price = Money(minorUnits: 1999, euro)
        #expect(try price + price == Money(minorUnits: 3998, euro))
        #expect(try price - price * 2 == Money(minorUnits: -1999, euro))
        #expect(throws: MoneyError.differentCurrencies) { try price + Money(minorUnits: 1, yen) }
        #expect(throws: MoneyError.outOfRange) { try price * .max }
        #expect("\(Money(minorUnits: -5, euro))" == "-0.05 EUR")
        #expect("\(Money(minorUnits: 1999, yen))" == "1999 JPY")
        #expect(Currency(rawValue: "eur") == nil)
    }
}
