// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPMessageSignatures

@testable import Exchange

/// Fixed people, keys and times that the tests share.
enum Sample {
    static let now = WireTime(seconds: 1_790_000_000)
    static let velora = Address(host: "velora.example", slug: "velora")!
    static let kraft = Address(host: "kraft.example", slug: "kraft-drives")!
    static let link = UUID(uuidString: "0192d9a0-7b1c-7000-8000-000000000001")!
    static let conversation = UUID(uuidString: "0192d9a0-7b1c-7000-8000-000000000002")!

    static func key(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func statement(root: SigningKey, key: SigningKey, address: Address = velora) -> Statement {
        Statement(
            address: address, name: "Velora", colour: 3, place: "Utrecht",
            endpoints: Endpoints(origin: "https://\(address.host)", slug: address.slug), root: root.verifyingKey,
            keys: [OperationalKey(key: key.verifyingKey, notBefore: now - 10, notAfter: now + 1000)], issuedAt: now)
    }

    static func contract(inviter: SigningKey, accepter: SigningKey) -> Contract {
        Contract(
            link: link, inviter: Party(address: velora, name: "Velora", rootThumbprint: inviter.thumbprint),
            accepter: Party(
                address: kraft, name: "Kraft Drives", rootThumbprint: accepter.thumbprint, onwardName: "a supplier"),
            role: .supplier, kinds: ["enquiry", "incident"], fields: Role.supplier.fields,
            retention: Role.supplier.retention)
    }

    /// A new UUID of version 7.
    static func eventID() -> UUID {
        var bytes = UUID().uuid
        bytes.6 = 0x70 | bytes.6 & 0x0F
        return UUID(uuid: bytes)
    }

    static func event(_ convseq: Int64, id: UUID = eventID(), text: String = "Does it fit?") -> Envelope {
        Envelope(
            id: id, source: velora, type: HandoverOfferedV1.type, subject: "V-1042", time: now, link: link,
            conversation: conversation, convseq: convseq, data: offer(text: text).json)
    }

    static func offer(text: String = "Does it fit?") -> HandoverOfferedV1 {
        HandoverOfferedV1(
            handover: conversation, kind: "enquiry", title: "Which charger?", ask: AskV1(form: .yesNo, text: text),
            acceptBy: now + 3600, answerBy: now + 86_400, customer: "a customer of Spoke & Co",
            product: "Velora City 2",
            serial: "VC2-4711", place: "Ghent", language: "nl",
            details: .object(["question": .string(text), "wheels": 2]),
            journey: [
                JourneyStepV1(
                    id: "1", company: "Spoke & Co", stage: "asked", since: now - 600, until: now - 60, ask: text)
            ],
            attachments: [
                AttachmentRefV1(
                    digest: String(repeating: "0a", count: 32), name: "photo.jpg", type: "image/jpeg", size: 1234)
            ])
    }
}

/// Seeded randomness (SplitMix64), so that a failure can be seen again.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
