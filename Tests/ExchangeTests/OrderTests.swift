// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import Exchange

/// A receiver that keeps what `InboxOrder` needs, and nothing else.
private final class Inbox {
    var stored: [UUID: InboxOrder.Stored] = [:]
    var last: Int64 = 0
    var effects: [Int64] = []
    var hash = RunningHash()

    func take(_ event: Envelope) -> InboxOrder {
        let hash = Array(SHA256.hash(data: event.bytes))
        let decision = InboxOrder.decide(
            convseq: event.convseq, hash: hash, lastApplied: last, stored: stored[event.id])
        if decision == .apply {
            stored[event.id] = .init(hash: hash, convseq: event.convseq, outcome: .applied)
            last = event.convseq
            effects.append(event.convseq)
            self.hash = self.hash.adding(eventHash: hash)
        }
        return decision
    }
}

@Suite("Order and backing off")
struct OrderTests {
    @Test(
        "however events are shuffled, repeated and replayed, each takes effect once and in order",
        arguments: 0..<50 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SeededRandom(seed)
        let events = (1...40).map { Sample.event($0) }
        let inbox = Inbox()
        var waiting = (events + events + events.prefix(20)).shuffled(using: &random)
        while inbox.last < 40 {
            for event in waiting { _ = inbox.take(event) }
            waiting = events.shuffled(using: &random)
        }
        #expect(inbox.effects == Array(1...40))
        for event in events {
            let again = inbox.take(event)
            #expect(again == .duplicate(.applied))
        }
        #expect(inbox.hash == events.reduce(RunningHash()) { $0.adding(eventHash: Array(SHA256.hash(data: $1.bytes))) })
    }

    @Test("a gap says what should come next")
    func gap() {
        let inbox = Inbox()
        #expect(inbox.take(Sample.event(1)) == .apply)
        #expect(inbox.take(Sample.event(4)) == .gap(expected: 2))
        #expect(inbox.last == 1)
    }

    @Test("a duplicate of a rejected event gets the rejection again, never a better outcome")
    func duplicateOfRejected() {
        let stored = InboxOrder.Stored(hash: [1], convseq: 1, outcome: .rejected(.stale))
        #expect(
            InboxOrder.decide(convseq: 1, hash: [1], lastApplied: 1, stored: stored) == .duplicate(.rejected(.stale)))
    }

    @Test("the same id with other content, and a new id at a used place, are an alarm")
    func idReuse() {
        let inbox = Inbox()
        let event = Sample.event(1)
        #expect(inbox.take(event) == .apply)
        #expect(inbox.take(Sample.event(1, id: event.id, text: "other")) == .idReuse)
        #expect(inbox.take(Sample.event(2, id: event.id)) == .idReuse)
        #expect(inbox.take(Sample.event(1)) == .idReuse)
        #expect(inbox.effects == [1])
    }

    @Test("a destination waits 1 s, 5 s, 30 s, 2 min, 10 min, then 30 to 60 min")
    func backoff() {
        let waits = (0...7).map { Backoff.milliseconds(afterFailures: $0, jitter: 0) / 1000 }
        #expect(waits == [0, 1, 5, 30, 120, 600, 1800, 1800])
        #expect(Backoff.milliseconds(afterFailures: 6, jitter: 0.5) == 2_700_000)
        #expect(Backoff.milliseconds(afterFailures: 1_000, jitter: 1) == 3_600_000)
    }

    @Test("an enterprise finds itself in a route, and nobody else does")
    func routes() {
        let mine = SymmetricKey(data: [UInt8](repeating: 1, count: 32))
        let other = SymmetricKey(data: [UInt8](repeating: 2, count: 32))
        let salt = [UInt8](repeating: 5, count: EventRoute.saltLength)
        let route = EventRoute().adding(other, salt: salt).adding(mine, salt: salt)
        #expect(EventRoute(route.description) == route)
        #expect(route.passes(mine) && route.passes(other))
        #expect(!EventRoute().adding(other, salt: salt).passes(mine))
        #expect(!EventRoute("rubbish \(String(repeating: "A", count: 32)) é").passes(mine))
        #expect(
            EventRoute().adding(mine, salt: salt)
                != EventRoute().adding(mine, salt: [UInt8](repeating: 6, count: EventRoute.saltLength)))
    }

    @Test("two sides are in step exactly when each has what the other sent")
    func digests() {
        let id = Sample.conversation
        let some = RunningHash().adding(eventHash: [1])
        let mine = LinkDigest(conversations: [
            .init(id: id, sent: 1, sentHash: some, received: 0, receivedHash: RunningHash())
        ])
        let theirs = LinkDigest(conversations: [
            .init(id: id, sent: 0, sentHash: RunningHash(), received: 1, receivedHash: some)
        ])
        #expect(mine.differences(from: theirs).isEmpty)
        #expect(mine.differences(from: mine) == [id])
        #expect(mine.differences(from: LinkDigest(conversations: [])) == [id])
        #expect(LinkDigest(conversations: []).differences(from: mine) == [id])
    }
}
