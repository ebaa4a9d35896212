// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Exchange

@Suite("Events")
struct EventTests {
    func roundTrips<Value: WireStruct>(_ value: Value) throws {
        var kept = value
        kept.unknown["x-later"] = .object(["deep": .array([.number("1.5"), true])])
        let bytes = kept.json.bytes
        let read = try Value(JSONValue(parsing: bytes))
        #expect(read == kept)
        #expect(read.json.bytes == bytes)
    }

    @Test("every shared struct survives the wire, with what it does not know")
    func roundTrip() throws {
        let id = Sample.conversation
        let attachments = Sample.offer().attachments
        try roundTrips(Sample.event(1))
        try roundTrips(Sample.offer())
        try roundTrips(
            HandoverOfferedV1(handover: id, kind: "k", title: "t", ask: AskV1(form: .free, text: ""), customer: "c"))
        try roundTrips(HandoverAcceptedV1(handover: id, answerBy: Sample.now, reference: "K-7"))
        try roundTrips(HandoverDeclinedV1(handover: id, reason: "No stock"))
        try roundTrips(HandoverWithdrawnV1(handover: id, reason: ""))
        try roundTrips(HandoverReturnedV1(handover: id, reason: "Not ours"))
        try roundTrips(HandoverExpiredV1(handover: id, clock: .answer, at: Sample.now))
        try roundTrips(HandoverAnsweredV1(handover: id, form: .yesNo, yes: false, text: "No", attachments: attachments))
        try roundTrips(HandoverAnsweredV1(handover: id, form: .date, date: "2026-12-01", text: ""))
        try roundTrips(HandoverCompletedV1(handover: id, text: "Done", attachments: attachments))
        try roundTrips(ProgressV1(handover: id, steps: Sample.offer().journey))
        try roundTrips(
            ContactSharedV1(
                handover: id, customer: "c1", name: "Ann",
                points: [ContactPointV1(kind: "email", value: "a@b.example", isPreferred: true)]))
        try roundTrips(ContactRevokedV1(customer: "c1"))
        try roundTrips(ErasureRequestedV1(request: id, customer: "c1"))
        try roundTrips(ErasureRequestedV1(request: id, customer: "c1", handover: id))
        try roundTrips(ErasureAnsweredV1(request: id, result: .refused, ground: "legalClaims", reason: "A trial."))
        try roundTrips(
            ErasureAnsweredV1(
                request: id, result: .done,
                beyond: [ErasureOutcomeV1(company: "a supplier", result: .refused, ground: "legalClaims", at: Sample.now)]))
        try roundTrips(
            MessageAddedV1(
                message: id, handover: id, author: "Ann", company: "Velora", text: "Hello \"you\"\n\u{1}é",
                writtenAt: Sample.now,
                audience: ["Velora", "Kraft Drives"], isForCustomer: true, attachments: attachments))
        try roundTrips(LinkClosingV1(until: Sample.now, reason: ""))
        try roundTrips(ContractProposedV1(contract: "a.b.c"))
        try roundTrips(ContractAgreedV1(contract: "a.b.c"))
        try roundTrips(ContractDeclinedV1(proposal: id, version: 2, reason: "No"))
        try roundTrips(ReceiptAppliedV1(event: id))
        try roundTrips(ReceiptFailedV1(event: id, code: .stale, detail: ""))
        try roundTrips(Receipt(id: "x", status: .rejected, outcome: .rejected(.gap), expected: 3, detail: "d"))
        try roundTrips(
            LinkDigest(conversations: [
                .init(id: id, sent: 3, sentHash: RunningHash(), received: 0, receivedHash: RunningHash())
            ]))
    }

    @Test("numbers, order and unknown attributes are passed on as they were written")
    func verbatim() throws {
        let text = #"{"z":1.50,"a":[1e3,-0,{"x":null}],"text":"\u0001é","b":12345678901234567890}"#
        #expect(String(decoding: try JSONValue(parsing: Array(text.utf8)).bytes, as: UTF8.self) == text)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "tru", "nul", "'a'", "\"a", "\"\\x\"",
            "\"\n\"",
            "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\u12g4\"", "[1] 2", "{\"a\":1,\"a\":2}", "{1:2}", "-",
            "\u{FEFF}[]",
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
            String(repeating: "[", count: 100_000),
        ])
    func notJSON(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("texts that are not UTF-8 are refused")
    func invalidUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22],
        ] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("the canonical form sorts members, however deep, and only them")
    func canonical() throws {
        let value = try JSONValue(parsing: Array(#"{"b":[2,1],"a":{"d":1,"c":"é\u000a"},"":0,"😀":1,"\ufb33":2}"#.utf8))
        #expect(
            String(decoding: value.canonicalBytes, as: UTF8.self)
                == "{\"\":0,\"a\":{\"c\":\"é\\n\",\"d\":1},\"b\":[2,1],\"😀\":1,\"\u{FB33}\":2}")
    }

    @Test("each missing or wrong attribute of an envelope is named")
    func namedErrors() throws {
        let whole = try #require(Sample.event(1).json.object)
        for name in ["specversion", "id", "source", "type", "time", "link", "conversation", "convseq"] {
            var object = whole
            object[name] = nil
            #expect(throws: WireError(name, .missing)) { try Envelope(.object(object)) }
            object[name] = .array([])
            #expect { try Envelope(.object(object)) } throws: { ($0 as? WireError)?.field == name }
        }
    }

    @Test(
        "an event is named by a UUID of version 7",
        arguments: [
            ("0192d9a0-7b1c-7000-8000-000000000001", true), ("0192D9A0-7B1C-7000-BFFF-00000000000A", true),
            ("0192d9a0-7b1c-4000-8000-000000000001", false), ("0192d9a0-7b1c-7000-c000-000000000001", false),
            ("0192d9a0-7b1c-7000-8000-00000000000", false), ("00000000-0000-0000-0000-000000000000", false),
        ])
    func names(id: String, isOne: Bool) throws {
        var object = try #require(Sample.event(1).json.object)
        object["id"] = .string(id)
        #expect(((try? Envelope(.object(object))) != nil) == isOne)
    }

    @Test("each required member that is missing is named")
    func requiredMembers() throws {
        let id = Sample.conversation
        let message = MessageAddedV1(
            message: id, handover: id, author: "Ann", company: "Velora", text: "Hello", writtenAt: Sample.now,
            audience: [], isForCustomer: true)
        try isRequired(["message", "handover", "author", "company", "text", "writtenAt", "audience", "forCustomer"], in: message)
        let contact = ContactSharedV1(handover: id, customer: "c1", name: nil, points: [])
        try isRequired(["handover", "customer", "points"], in: contact)
        try isRequired(["kind", "value", "preferred"], in: ContactPointV1(kind: "email", value: "a@b.example", isPreferred: true))
        try isRequired(["handover", "steps"], in: ProgressV1(handover: id, steps: []))
        try isRequired(["proposal", "version"], in: ContractDeclinedV1(proposal: id, version: 2, reason: ""))
        try isRequired(["conversations", "more"], in: LinkDigest(conversations: []))
        try isRequired(["receipts"], in: Receipts([]))
        try isRequired(["wanted"], in: WantedAttachments([]))
        try isRequired(["handover", "kind", "title", "ask", "customer"], in: Sample.offer())
    }

    private func isRequired<Value: WireStruct>(_ names: [String], in value: Value) throws {
        let whole = try #require(value.json.object)
        for name in names {
            var object = whole
            object[name] = nil
            #expect(throws: WireError(name, .missing)) { try Value(.object(object)) }
        }
    }

    @Test(
        "a date is a day of the calendar",
        arguments: [
            ("2026-12-01", true), ("2028-02-29", true), ("2026-02-29", false), ("2026-13-01", false), ("tomorrow", false),
            ("2026-1-01", false), ("2026-12-1", false), ("01-12-2026", false), ("", false), ("2026-12-01Z", false),
        ])
    func dates(date: String, isOne: Bool) throws {
        let answer = HandoverAnsweredV1(handover: Sample.conversation, form: .date, date: date, text: "")
        #expect(((try? HandoverAnsweredV1(answer.json)) != nil) == isOne)
    }

    @Test("U+0000 is refused wherever it is, and what is too large is told from what is malformed")
    func nullCharacters() throws {
        let spoiled = Sample.offer(text: "Does\u{0} it fit?")
        #expect(throws: WireError("ask.text", .invalid("holds U+0000"))) { try HandoverOfferedV1(spoiled.json) }
        var offer = Sample.offer()
        offer.details = .object(["name\u{0}": "x"])
        #expect(throws: WireError("details", .invalid("holds U+0000"))) { try HandoverOfferedV1(offer.json) }
        offer = Sample.offer()
        offer.unknown["later"] = .array([.object(["deep": "\u{0}"])])
        var event = Sample.event(1)
        event.data = offer.json
        let whole = Sample.event(1)
        var large = Sample.event(2)
        large.unknown["later"] = .string(String(repeating: "x", count: Limits.event))
        let items = try Batch.decode(Batch.encode([event.bytes, whole.bytes, large.bytes]))
        #expect(items.map { $0.fault?.code } == [.malformed, nil, .tooLarge])
        #expect(try items.map { try $0.envelope.get().convseq } == [1, 1, 2], "each has its place")
        offer = Sample.offer()
        offer.attachments[0].size = Limits.attachment + 1
        do throws(WireError) { _ = try HandoverOfferedV1(offer.json) } catch { #expect(error.code == .tooLarge) }
        #expect(WireError("x", .missing).code == .malformed)
    }

    @Test("everything has a limit")
    func limits() throws {
        var offer = Sample.offer()
        offer.title = String(repeating: "x", count: Limits.title + 1)
        #expect(throws: WireError("title", .tooLarge(limit: Limits.title))) { try HandoverOfferedV1(offer.json) }
        offer = Sample.offer(text: String(repeating: "x", count: Limits.text + 1))
        #expect(throws: WireError("ask.text", .tooLarge(limit: Limits.text))) { try HandoverOfferedV1(offer.json) }
        offer = Sample.offer()
        offer.attachments = Array(repeating: offer.attachments[0], count: Limits.attachments + 1)
        #expect(throws: WireError("attachments", .tooLarge(limit: Limits.attachments))) {
            try HandoverOfferedV1(offer.json)
        }
        offer = Sample.offer()
        offer.attachments[0].digest = "../../etc/passwd"
        #expect(throws: WireError.self) { try HandoverOfferedV1(offer.json) }
        offer = Sample.offer()
        offer.details = .string(String(repeating: "x", count: Limits.details))
        #expect(throws: WireError("details", .tooLarge(limit: Limits.details))) { try HandoverOfferedV1(offer.json) }
    }

    @Test("times are read with any offset and written in UTC")
    func times() {
        for (text, milliseconds): (String, Int64) in [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-24T14:05:06.123Z", 1_795_529_106_123),
            ("2026-11-24T15:05:06.1239+01:00", 1_795_529_106_123), ("2024-02-29T00:00:00.5-00:30", 1_709_166_600_500),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            let time = WireTime(rfc3339: text)
            #expect(time?.milliseconds == milliseconds)
            #expect(time.flatMap { WireTime(rfc3339: $0.rfc3339) } == time)
        }
        for text in [
            "", "2026-11-24", "2026-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2026-11-24T24:00:00Z",
            "2026-11-24T00:00:00", "2026-11-24T00:00:00.Z", "2026-11-24T00:00:00+1",
        ] {
            #expect(WireTime(rfc3339: text) == nil)
        }
    }

    @Test("a time that no calendar of four digits holds is refused, and never written")
    func timesAtTheEdge() {
        for text in [
            "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0000-12-31T23:00:00-01:00", "9999-12-31T23:59:59.999Z",
        ] {
            #expect(WireTime(rfc3339: text).flatMap { WireTime(rfc3339: $0.rfc3339) } != nil)
        }
        for text in [
            "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+00:01",
            "0001-01-01T00:00:00+00:01",
        ] {
            #expect(WireTime(rfc3339: text) == nil)
        }
        #expect(WireTime(milliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(WireTime(milliseconds: .min).rfc3339 == "0001-01-01T00:00:00.000Z")
    }

    @Test("a type knows its version and the one before")
    func types() {
        #expect(EventType("handover.offered").rawValue == "net.entente.handover.offered.v1")
        #expect(EventType("x", version: 2).previous == EventType("x"))
        #expect(EventType("x").previous == nil)
        #expect(EventType(rawValue: "other").version == nil)
    }
}
