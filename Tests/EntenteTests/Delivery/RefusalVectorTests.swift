// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Storage
import Testing

@testable import Collaboration
@testable import Networking

/// The vectors in `docs/vectors/refusals.json`: what a receiver refuses, each made anew.
@Suite("What a receiver refuses")
struct RefusalVectorTests {
    static let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/vectors/refusals.json")

    @Test("each with the code that the specification names, and as its vectors say", arguments: Engine.allCases)
    func refusals(engine: Engine) async throws {
        let receiver = try await VectorReceiver(engine)
        try await envelopes(receiver)
        try await offers(receiver)
        try await afterAcceptance(receiver)
        try await answers(receiver)
        try await aboutTheLink(receiver)
        try await statuses(receiver)
        try await parting(receiver)
        #expect(receiver.codes == Self.codes)
        let written = try? String(contentsOf: Self.file, encoding: .utf8)
        let computed = text(receiver)
        if ProcessInfo.processInfo.environment["ENTENTE_WRITE_VECTORS"] != nil {
            try computed.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(written == computed, "run with ENTENTE_WRITE_VECTORS=1 to write them, and read what has changed")
        }
    }

    /// All but `failed`, which is a receiver's own mistake.
    private static let codes: Set<RejectionCode> = [
        .malformed, .gap, .idReuse, .unsupportedType, .notAgreed, .unknownSubject, .stale, .expired, .loop, .hopsExhausted,
        .tooLarge, .closing,
    ]

    private func text(_ receiver: VectorReceiver) -> String {
        func lines(_ values: [JSONValue]) -> String {
            values.map { "    \(String(decoding: $0.bytes, as: UTF8.self))" }.joined(separator: ",\n")
        }
        let contract = String(decoding: receiver.contract.canonicalBytes, as: UTF8.self)
        return """
            {
              "start": \(VectorReceiver.start.seconds.seconds),
              "sender": "\(VectorReceiver.sender)",
              "receiver": "\(VectorReceiver.receiver)",
              "routeSecret": "\(String(repeating: "05", count: 32))",
              "contract": \(String(decoding: JSONValue.string(contract).bytes, as: UTF8.self)),
              "events": [
            \(lines(receiver.events))
              ],
              "requests": [
            \(lines(receiver.requests))
              ]
            }

            """
    }

    // MARK: Ids of the vectors

    private func id(_ number: Int) -> UUID {
        let digits = String(number, radix: 16)
        return UUID(uuidString: "0192d9a0-7b1c-7000-8000-\(String(repeating: "0", count: 12 - digits.count))\(digits)")!
    }

    private func offer(_ handover: UUID, _ change: (inout HandoverOfferedV1) -> Void = { _ in }) -> HandoverOfferedV1 {
        var offer = HandoverOfferedV1(
            handover: handover, kind: "enquiry", title: "Which charger?", ask: AskV1(form: .text, text: "Does it fit?"),
            customer: "a customer of Velora")
        change(&offer)
        return offer
    }

    private func expect(
        _ codes: RejectionCode?..., of receipts: [Receipt], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let found = receipts.map { receipt -> RejectionCode? in
            if case .rejected(let code) = receipt.outcome { code } else { nil }
        }
        #expect(found == codes, "\(receipts.map { $0.detail ?? "" })", sourceLocation: sourceLocation)
    }

    private let file = AttachmentRefV1(
        digest: String(repeating: "0a", count: 32), name: "photo.jpg", type: "image/jpeg", size: 1_234)

    private func message(_ handover: UUID, _ id: UUID, _ files: [AttachmentRefV1] = []) -> MessageAddedV1 {
        MessageAddedV1(
            message: id, handover: handover, author: "Velora", company: "Velora", text: "Any news?",
            writtenAt: VectorReceiver.start.seconds, audience: ["Velora", "Kraft Drives"], isForCustomer: false,
            attachments: files)
    }

    // MARK: What is refused

    private func envelopes(_ to: VectorReceiver) async throws {
        let conversation = id(0x20)
        func refused(_ why: String, _ change: (inout JSONObject) -> Void) async throws {
            let event = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 1, change)
            expect(.malformed, of: try await to.post(why, [event]))
        }
        try await refused("an id that is no UUID of version 7") { $0["id"] = "0192d9a0-7b1c-4000-8000-000000000001" }
        try await refused("a source that is not the sender") { $0["source"] = "spoke.example/spoke-co" }
        try await refused("another link than the one whose key has signed") { $0["link"] = .string(self.id(0x21).wire) }
        try await refused("a place below 1") { $0["convseq"] = 0 }
        try await refused("a time without an offset") { $0["time"] = "2026-09-21T14:13:20" }
        try await refused("another version of CloudEvents") { $0["specversion"] = "0.3" }
        try await refused("another type of data") { $0["datacontenttype"] = "text/plain" }
        let early = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 2)
        expect(.gap, of: try await to.post("a place after one that is missing; none of the above has taken place 1", [early]))
        let unknown = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 1)
        expect(.unknownSubject, of: try await to.post("a handover that was never offered", [unknown]))
        expect(.unknownSubject, of: try await to.post("the same again: a duplicate, with the outcome of then", [unknown]))
        let other = Array(String(decoding: unknown, as: UTF8.self).replacing("\"reason\":\"\"", with: "\"reason\":\"x\"").utf8)
        expect(.idReuse, of: try await to.post("the same id with other bytes", [other]))
        let taken = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 1)
        expect(.idReuse, of: try await to.post("a new id at a place that is taken", [taken]))
        let strange = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 2) {
            $0["type"] = "net.entente.handover.withdrawn.v2"
        }
        expect(.unsupportedType, of: try await to.post("a version of a type that is not known", [strange]))
        let late = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 3) {
            $0["expirytime"] = "2026-01-01T00:00:00.000Z"
        }
        expect(.expired, of: try await to.post("an event whose time has passed", [late]))
        let bare = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 4) { $0["data"] = nil }
        expect(.malformed, of: try await to.post("an event without data; it takes its place", [bare]))
        let upper = try to.event(HandoverWithdrawnV1(handover: conversation, reason: ""), in: conversation, 5) { object in
            object["id"] = object["id"]?.string.map { .string($0.uppercased()) }
        }
        let receipts = try await to.post("an id in upper case: the receipt has it as it was sent", [upper])
        expect(.unknownSubject, of: receipts)
        #expect(receipts.first?.id.contains("D9A0") == true)
    }

    private func offers(_ to: VectorReceiver) async throws {
        var number = 0x30
        func refused(
            _ why: String, as code: RejectionCode, in conversation: UUID? = nil,
            _ change: (inout HandoverOfferedV1) -> Void = { _ in }, _ alter: (inout JSONObject) -> Void = { _ in }
        ) async throws {
            number += 1
            let event = try to.event(offer(id(number), change), in: conversation ?? id(number), 1, alter)
            expect(code, of: try await to.post(why, [event]))
        }
        try await refused("an offer whose handover is not its conversation", as: .malformed, in: id(0x2f))
        try await refused("an offer without a title", as: .malformed) { _ in } _: { object in
            var data = object["data"]?.object
            data?["title"] = nil
            object["data"] = data.map { .object($0) }
        }
        try await refused("U+0000 in a text", as: .malformed) { $0.title = "Which\u{0}charger?" }
        try await refused("U+0000 in a member that nobody knows", as: .malformed) { $0.unknown["later"] = .array([.string("x\u{0}")]) }
        try await refused("a text that is too long", as: .tooLarge) { $0.language = String(repeating: "x", count: 36) }
        try await refused("a kind of case that the contract does not cover", as: .notAgreed) { $0.kind = "order" }
        let told: [(String, (inout HandoverOfferedV1) -> Void)] = [
            ("the question, which it shares after acceptance", { $0.question = "Does it fit?" }),
            ("the product", { $0.product = "City 500" }), ("the serial number", { $0.serial = "VC5-1" }),
            ("the place", { $0.place = "Ghent" }), ("details", { $0.details = .object(JSONObject()) }),
            ("the journey", {
                $0.journey = [JourneyStepV1(id: "1", company: "Velora", stage: "", since: VectorReceiver.start.seconds)]
            }), ("files", { $0.attachments = [file] }),
        ]
        for (what, change) in told {
            try await refused("an offer that tells what the contract does not share: \(what)", as: .notAgreed, change)
        }
        try await refused("an offer that has no hops left", as: .hopsExhausted) { _ in } _: { $0["hopsleft"] = 0 }
        let route = EventRoute().adding(SymmetricKey(data: [UInt8](repeating: 5, count: 32)), salt: [UInt8](0..<8))
        try await refused("an offer that has passed through the receiver", as: .loop) { _ in } _: {
            $0["route"] = .string(route.description)
        }
    }

    private func afterAcceptance(_ to: VectorReceiver) async throws {
        let asked = id(0x50)
        func contact(_ change: (inout ContactSharedV1) -> Void = { _ in }) -> ContactSharedV1 {
            var contact = ContactSharedV1(handover: asked, customer: "c1", name: "Lotte Peeters", points: [])
            change(&contact)
            return contact
        }
        expect(nil, of: try await to.post("an offer as it should be", [try to.event(offer(asked), in: asked, 1)]))
        expect(
            .stale, .notAgreed, .notAgreed, .notAgreed,
            of: try await to.post(
                "the same handover offered again; a message, the question and the customer before acceptance",
                [
                    try to.event(offer(asked), in: asked, 2), try to.event(message(asked, id(0x51)), in: asked, 3),
                    try to.event(HandoverSharedV1(handover: asked, question: "Does it fit?"), in: asked, 4),
                    try to.event(contact(), in: asked, 5),
                ]))
        try await to.work("the receiver accepts \(asked.wire)") { desk in _ = try desk.accept(ID(asked)) }
        let email = ContactPointV1(kind: "email", value: "lotte@example.org", isPreferred: true)
        expect(
            .notAgreed, .notAgreed, .notAgreed, .notAgreed, .malformed, .malformed, nil, .stale, nil, nil, .stale,
            of: try await to.post(
                """
                after acceptance: a contact, a place, a product, a file and a message without an audience, a contact without \
                points; the customer's name; another customer; the question; a message, and the same again
                """,
                [
                    try to.event(contact { $0.points = [email] }, in: asked, 6),
                    try to.event(contact { $0.place = "Ghent" }, in: asked, 7),
                    try to.event(HandoverSharedV1(handover: asked, product: "City 500"), in: asked, 8),
                    try to.event(message(asked, id(0x52), [file]), in: asked, 9),
                    try to.event(message(asked, id(0x52)), in: asked, 10) { remove("audience", from: &$0) },
                    try to.event(contact(), in: asked, 11) { remove("points", from: &$0) },
                    try to.event(contact(), in: asked, 12),
                    try to.event(contact { $0.customer = "c2" }, in: asked, 13),
                    try to.event(HandoverSharedV1(handover: asked, question: "Does it fit?"), in: asked, 14),
                    try to.event(message(asked, id(0x52)), in: asked, 15),
                    try to.event(message(asked, id(0x52)), in: asked, 16),
                ]))
        expect(
            nil, .stale, .unknownSubject,
            of: try await to.post(
                "the originator withdraws; what follows is too late, and an acceptance is not the originator's to give",
                [
                    try to.event(HandoverWithdrawnV1(handover: asked, reason: "Found it"), in: asked, 17),
                    try to.event(HandoverSharedV1(handover: asked, question: "Does it fit?"), in: asked, 18),
                    try to.event(HandoverAcceptedV1(handover: asked), in: asked, 19),
                ]))
    }

    private func remove(_ member: String, from event: inout JSONObject) {
        guard var data = event["data"]?.object else { return }
        data[member] = nil
        event["data"] = .object(data)
    }

    private func answers(_ to: VectorReceiver) async throws {
        let forms: [AskForm] = [.yesNo, .date, .fulfil]
        let asks = forms.enumerated().map { ($1, id(0x60 + $0)) }
        try await to.work(
            "the receiver has offered " + asks.map { "\($1.wire) («\($0.rawValue)»)" }.joined(separator: ", ")
        ) { desk in
            let draft = CaseDraft(
                kind: "enquiry", title: "Which motor?", body: "", author: .init(.member, name: "Ada"), audience: .onlyUs)
            _ = try desk.open(draft) { item, _ in
                for (form, id) in asks {
                    try desk.add(
                        Handover(
                            id: ID(id), caseID: item.id, direction: .outgoing, link: VectorReceiver.link,
                            ask: Ask(form: form, text: "Please."), offeredAt: desk.now), to: &item)
                }
            }
        }
        let (ask, date, work) = (asks[0].1, asks[1].1, asks[2].1)
        func answer(_ id: UUID, _ form: AskForm = .yesNo, yes: Bool? = nil, date: String? = nil, _ files: [AttachmentRefV1] = [])
            -> HandoverAnsweredV1
        {
            HandoverAnsweredV1(handover: id, form: form, yes: yes, date: date, text: "", attachments: files)
        }
        expect(
            .stale, .stale, nil, .stale, .malformed, .malformed, .malformed, .notAgreed, .notAgreed, nil, .stale,
            of: try await to.post(
                """
                answered before it is accepted; accepted with another baserev, as it should be, and again; answered in \
                another form, without yes or no, completed instead, with a file, with progress that the contract does not \
                share; as it should be; and returned afterwards
                """,
                [
                    try to.event(answer(ask, yes: true), in: ask, 1),
                    try to.event(HandoverAcceptedV1(handover: ask), in: ask, 2) { $0["baserev"] = 7 },
                    try to.event(HandoverAcceptedV1(handover: ask), in: ask, 3) { $0["baserev"] = 1 },
                    try to.event(HandoverAcceptedV1(handover: ask), in: ask, 4),
                    try to.event(answer(ask, .text), in: ask, 5), try to.event(answer(ask), in: ask, 6),
                    try to.event(HandoverCompletedV1(handover: ask, text: "Done"), in: ask, 7),
                    try to.event(answer(ask, yes: true, [file]), in: ask, 8),
                    try to.event(ProgressV1(handover: ask, steps: []), in: ask, 9),
                    try to.event(answer(ask, yes: true), in: ask, 10) { $0["baserev"] = 2 },
                    try to.event(HandoverReturnedV1(handover: ask, reason: "No"), in: ask, 11),
                ]))
        expect(
            nil, .malformed, .malformed, nil,
            of: try await to.post(
                "a date that is none, and none at all",
                [
                    try to.event(HandoverAcceptedV1(handover: date), in: date, 1),
                    try to.event(answer(date, .date, date: "2026-02-30"), in: date, 2),
                    try to.event(answer(date, .date), in: date, 3),
                    try to.event(answer(date, .date, date: "2026-02-28"), in: date, 4),
                ]))
        expect(
            nil, .malformed, nil,
            of: try await to.post(
                "work that is answered, not completed",
                [
                    try to.event(HandoverAcceptedV1(handover: work), in: work, 1),
                    try to.event(answer(work, .fulfil), in: work, 2),
                    try to.event(HandoverCompletedV1(handover: work, text: "Done"), in: work, 3),
                ]))
        expect(
            .unknownSubject,
            of: try await to.post(
                "an answer to a request for erasure that nobody made",
                [try to.event(ErasureAnsweredV1(request: id(0x70), result: .done), in: id(0x71), 1)]))
    }

    private func aboutTheLink(_ to: VectorReceiver) async throws {
        let (root, other, link) = (try VectorReceiver.key(1), try VectorReceiver.key(6), VectorReceiver.link.uuid)
        func proposed(_ version: Int64, by key: SigningKey? = nil, kinds: [String] = ["enquiry", "incident"]) throws
            -> ContractProposedV1
        {
            var contract = to.contract
            contract.version = version
            contract.kinds = kinds
            return ContractProposedV1(contract: try contract.signed(by: key ?? root))
        }
        let until = to.network.time.seconds + LinkClosingV1.drains
        expect(
            .malformed, .malformed, .stale, .stale, .stale, nil, .stale, .malformed,
            of: try await to.post(
                """
                about the link: a contract in another conversation, under another key, with a version that is not the next; \
                agreed to and declined where nothing is proposed; proposed as it should be, and another while that one waits; \
                a closing that drains for more than 72 hours
                """,
                [
                    try to.event(proposed(2), in: id(0x80), 1), try to.event(proposed(2, by: other), in: link, 1),
                    try to.event(proposed(3), in: link, 2),
                    try to.event(ContractAgreedV1(contract: proposed(2).contract), in: link, 3),
                    try to.event(ContractDeclinedV1(proposal: id(0x81), version: 2, reason: ""), in: link, 4),
                    try to.event(proposed(2), in: link, 5), try to.event(proposed(2, kinds: ["incident"]), in: link, 6),
                    try to.event(LinkClosingV1(until: until + 86_400, reason: ""), in: link, 7),
                ]))
    }

    private func statuses(_ to: VectorReceiver) async throws {
        let body = Batch.encode([try to.event(HandoverWithdrawnV1(handover: id(0x90), reason: ""), in: id(0x90), 1)])
        func expect(_ status: Int, _ why: String, _ request: PeerRequest, signed: Bool) async {
            let response = await to.send(why, request)
            #expect(response.status == status && (response[field: "signature"] != nil) == signed, "\(why)")
        }
        let good = try to.sign(body)
        await expect(202, "as it should be", good, signed: true)
        await expect(401, "the same request again: its nonce is spent", good, signed: false)
        var changed = try to.sign(body)
        changed.body?.append(0x20)
        await expect(401, "another body than the one whose digest was signed", changed, signed: false)
        var unsigned = try to.sign(body)
        unsigned.fields.removeAll { $0.name.lowercased().hasPrefix("signature") }
        await expect(401, "unsigned", unsigned, signed: false)
        await expect(401, "a key of nobody's", try to.sign(body, key: VectorReceiver.key(6)), signed: false)
        await expect(401, "a clock that is 301 seconds behind", try to.sign(body, at: to.network.time - 301), signed: false)
        await expect(401, "a clock that is 301 seconds ahead", try to.sign(body, at: to.network.time + 301), signed: false)
        let elsewhere = try #require(Address("kraft.example/other"))
        await expect(421, "another destination", try to.sign(body, destination: elsewhere), signed: false)
        await expect(415, "another type of body", try to.sign(body, type: "application/json"), signed: true)
        await expect(202, "the type with a parameter", try to.sign(body, type: Batch.contentType + "; charset=utf-8"), signed: true)
        await expect(400, "no batch", try to.sign(Array("{}".utf8)), signed: true)
        let many = Array("[\(Array(repeating: "{}", count: 101).joined(separator: ","))]".utf8)
        await expect(413, "more than a hundred events", try to.sign(many), signed: true)
        let links = "https://kraft.example/kraft-drives/exchange/links"
        await expect(404, "another link's digest", try to.sign(nil, "GET", "\(links)/\(id(0x91).wire)/digest"), signed: true)
        let files = "https://kraft.example/kraft-drives/exchange/attachments/\(String(repeating: "0a", count: 32))"
        await expect(404, "a file that was never granted", try to.sign(nil, "GET", files), signed: true)
        let bytes = "\(files)?link=\(VectorReceiver.link)"
        await expect(
            400, "other bytes than the digest's",
            try to.sign(Array("x".utf8), "POST", bytes, type: ExchangeNode.bytesType), signed: true)
        let unwanted = "https://kraft.example/kraft-drives/exchange/attachments/"
            + SHA256.hash(data: Data("x".utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            + "?link=\(VectorReceiver.link)"
        await expect(
            404, "a file that nobody waits for", try to.sign(Array("x".utf8), "POST", unwanted, type: ExchangeNode.bytesType),
            signed: true)
        try await to.work("the receiver suspends the link") { desk in _ = try desk.links.suspend(VectorReceiver.link) }
        await expect(403, "over a link that is suspended", try to.sign(body), signed: true)
        try await to.work("and resumes it") { desk in _ = try desk.links.resume(VectorReceiver.link) }
    }

    private func parting(_ to: VectorReceiver) async throws {
        let link = VectorReceiver.link.uuid
        let until = to.network.time.seconds + LinkClosingV1.drains
        var contract = to.contract
        contract.version = 2
        expect(
            nil, .closing, .closing,
            of: try await to.post(
                "the link closes: an offer and a contract are refused while it drains",
                [
                    try to.event(LinkClosingV1(until: until, reason: ""), in: link, 8),
                    try to.event(offer(id(0xa0)), in: id(0xa0), 1),
                    try to.event(ContractProposedV1(contract: contract.signed(by: VectorReceiver.key(1))), in: link, 9),
                ]))
        to.advance(Int(LinkClosingV1.drains))
        let late = try to.event(HandoverWithdrawnV1(handover: id(0x90), reason: ""), in: id(0x90), 2)
        let closed = await to.send("over a link that has ended", try to.sign(Batch.encode([late])))
        #expect(closed.status == 410 && closed[field: "signature"] != nil)
        let receipts = try await to.post(
            "what outlives the link is still taken",
            [try to.event(ContactRevokedV1(customer: "c1"), in: id(0xa1), 1)])
        expect(nil, of: receipts)
    }
}
