// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Exchange

@Suite("Batches")
struct BatchTests {
    @Test("events keep the bytes they were sent with, and one that is no event spoils only itself")
    func items() throws {
        let event = Sample.event(1)
        let body = Array("[ ".utf8) + event.bytes + Array(#" , {"id":"broken"} ,17]"#.utf8)
        let items = try Batch.decode(body)
        #expect(items.count == 3)
        #expect(try items[0].envelope.get() == event)
        #expect(items[0].bytes == event.bytes)
        #expect(items[1].id == "broken")
        #expect(throws: WireError.self) { try items[1].envelope.get() }
        #expect(items[2].id == nil)
    }

    @Test("a hundred events and 512 KiB are the most")
    func limits() throws {
        let event = Sample.event(1).bytes
        #expect(try Batch.decode(Batch.encode(Array(repeating: event, count: 100))).count == 100)
        #expect(throws: BatchError.tooManyEvents) {
            try Batch.decode(Batch.encode(Array(repeating: event, count: 101)))
        }
        let spaces = [UInt8](repeating: 0x20, count: Batch.maxBytes)
        #expect(throws: BatchError.tooManyBytes) { try Batch.decode(Array("[]".utf8) + spaces) }
        #expect(try Batch.decode(Array("[]".utf8)).isEmpty)
        for text in ["", "{}", "[", "[1 2]", "[{}]]"] {
            #expect(throws: BatchError.self) { try Batch.decode(Array(text.utf8)) }
        }
    }

    @Test("a batch takes as many events as fit, and always one")
    func prefixes() {
        let limits = ExchangeLimits(eventsPerBatch: 3, bytesPerBatch: 100, batchesInFlight: 1)
        #expect(Batch.prefix(ofSizes: [10, 10, 10, 10], within: limits) == 3)
        #expect(Batch.prefix(ofSizes: [48, 49, 1], within: limits) == 2)
        #expect(Batch.prefix(ofSizes: [49, 49], within: limits) == 1 + 0)
        #expect(Batch.prefix(ofSizes: [500], within: limits) == 1)
        #expect(Batch.prefix(ofSizes: [Int](), within: limits) == 0)
    }

    @Test("ten thousand seeded mutations of a batch are read or refused, and never crash")
    func fuzz() throws {
        var random = SeededRandom(42)
        let whole = Batch.encode([Sample.event(1).bytes, Sample.event(2, text: "é \"\\ \u{1}").bytes])
        let tokens = [
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d", "1e999", "-", "null", "true", "\u{0}",
        ].map { Array($0.utf8) }
        for _ in 0..<10_000 {
            var body = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) where !body.isEmpty {
                let at = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: body[at] = UInt8.random(in: 0...255, using: &random)
                case 1: body.remove(at: at)
                case 2: body.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: at)
                case 3: body.removeSubrange(at..<min(body.count, at + Int.random(in: 1...64, using: &random)))
                default: body.insert(contentsOf: body[at..<min(body.count, at + 32)], at: at)
                }
            }
            guard let items = try? Batch.decode(body) else { continue }
            for case .success(let envelope) in items.map(\.envelope) {
                _ = try? envelope.data(as: HandoverOfferedV1.self)
                #expect(try Envelope(JSONValue(parsing: envelope.bytes)) == envelope)
            }
        }
    }

    @Test("a thousand events are encoded, put into batches and read again in a moment")
    func quick() throws {
        let events = (1...1_000).map { Sample.event(Int64($0)) }
        let clock = ContinuousClock()
        var read = 0
        let took = try clock.measure {
            let encoded = events.map(\.bytes)
            for start in stride(from: 0, to: 1_000, by: 100) {
                read += try Batch.decode(Batch.encode(encoded[start..<start + 100])).filter {
                    (try? $0.envelope.get()) != nil
                }.count
            }
        }
        #expect(read == 1_000)
        print("1,000 events encoded and decoded: \(took)")
    }
}
