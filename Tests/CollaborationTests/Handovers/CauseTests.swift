// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import Testing

@testable import Collaboration
@testable import Networking

@Suite("What caused an event")
struct CauseTests {
    /// Every event that was sent, once.
    private func events(_ network: TestNetwork) throws -> [Envelope] {
        var found: [UUID: Envelope] = [:]
        for request in network.sent where request.url.hasSuffix("/inbox") {
            for item in try Batch.decode(request.body ?? []) {
                let envelope = try item.envelope.get()
                found[envelope.id] = envelope
            }
        }
        return found.values.sorted { $0.id < $1.id }
    }

    @Test("an answer names the event that it answers, along the whole chain", arguments: Engine.allCases)
    func chain(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let question = try await row.dealer.ask()
        let first = try await row.dealer.offer(question, over: row.toMaker, .yesNo)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(first) }
        try await row.all.settle()
        let second = try await row.maker.offer(try await row.maker.item(first).id, over: row.toSupplier, .text)
        try await row.all.settle()
        try await row.supplier.work { try $0.accept(second) }
        try await row.all.settle()
        try await row.supplier.work { try $0.answer(second, Answer(text: "It passed.")) }
        try await row.all.settle()
        try await row.maker.work { try $0.answer(first, Answer(isYes: true, text: "Yes.")) }
        try await row.all.settle()

        let events = try events(row.network)
        func one(_ type: EventType, _ handover: ID<Handover>) throws -> Envelope {
            try #require(events.last { $0.type == type && $0.conversation == handover.uuid })
        }
        let (asked, askedOn) = (try one(HandoverOfferedV1.type, first), try one(HandoverOfferedV1.type, second))
        #expect(asked.causationid == nil && askedOn.causationid == nil)
        #expect(try one(HandoverAcceptedV1.type, first).causationid == asked.id)
        #expect(try one(HandoverAcceptedV1.type, second).causationid == askedOn.id)
        #expect(try one(HandoverAnsweredV1.type, second).causationid == askedOn.id)
        #expect(try one(HandoverAnsweredV1.type, first).causationid == asked.id)
        // What follows from an event by itself names that one.
        #expect(try one(ContactSharedV1.type, first).causationid == one(HandoverAcceptedV1.type, first).id)
        // What the supplier did is told on as an answer to what the dealer asked.
        #expect(try one(ProgressV1.type, first).causationid == asked.id)
    }

    @Test("a cause is an event that the receiver has sent, and a trace stays on its link", arguments: Engine.allCases)
    func confined(engine: Engine) async throws {
        let row = try await CompanyRow(engine)
        let first = try await row.dealer.offer(row.dealer.ask(), over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(first) }
        let second = try await row.maker.offer(try await row.maker.item(first).id, over: row.toSupplier)
        try await row.all.settle()
        try await row.supplier.work { try $0.accept(second) }
        try await row.all.settle()
        let events = try events(row.network)
        let byID = Dictionary(events.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var traces: [UUID: Set<String>] = [:]
        for event in events {
            if let cause = event.causationid {
                let answered = try #require(byID[cause])
                #expect(answered.link == event.link && answered.source != event.source)
            }
            let trace = try #require(event.traceparent.flatMap(TraceContext.init))
            traces[event.conversation, default: []].insert(trace.trace)
        }
        #expect(Set(events.compactMap(\.traceparent)).count == events.count)
        let (one, other) = (try #require(traces[first.uuid]), try #require(traces[second.uuid]))
        #expect(one.count == 1 && other.count == 1 && one != other)
    }

    @Test("the answer to a proposed contract names the proposal", arguments: Engine.allCases)
    func proposal(engine: Engine) async throws {
        let pair = try await LinkedPair(engine)
        let (now, ours) = (pair.network.time, try pair.velora.node.address(of: "velora"))
        let theirs = try pair.kraft.node.address(of: "kraft-drives")
        _ = try await pair.velora.database.write { tx in
            try LinkStore(pair.inviter.id, tx).propose(pair.link, from: ours, at: now) { $0.kinds.append("incident") }
        }
        try await pair.velora.delivery.drain()
        _ = try await pair.kraft.database.write { tx in
            try LinkStore(pair.accepter.id, tx).agree(pair.link, from: theirs, at: now)
        }
        try await pair.kraft.delivery.drain()
        let events = try events(pair.network)
        let proposed = try #require(events.first { $0.type == ContractProposedV1.type })
        #expect(events.first { $0.type == ContractAgreedV1.type }?.causationid == proposed.id)
        #expect(events.allSatisfy { $0.traceparent.flatMap(TraceContext.init) != nil })
    }
}
