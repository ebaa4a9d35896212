// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@testable import Office

@Suite("Subscribers")
struct SubscriberTests {
    @Test("one that fails stops at that event, does all before it, and no other waits", arguments: Engine.allCases)
    func failing(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.happen(Array(1...5) + [666] + Array(7...9))
        try await log.subscribing.drain()
        #expect(try await log.diary.map(\.number) == [1, 2, 3, 4, 5])
        let failed = try await log.subscription(Diary.self)
        #expect(failed.failures == 1 && failed.failedAt == 6 && failed.position == 5)
        #expect(failed.error.contains("Unlucky"))
        #expect(try #require(failed.retryAt) == #require(failed.failingSince) + 1)
        #expect(try await log.subscription(Census.self).position == 9)
        try await log.database.write { try $0.run("UPDATE subscriptions SET retry_at = retry_at + 3600000 WHERE failures > 0") }
        try await log.subscribing.drain()
        #expect(try await log.subscription(Diary.self).failures == 1, "it waits")
        try await log.database.write { tx in
            try tx.run("UPDATE subscriptions SET retry_at = 0")
            try tx.run("UPDATE events SET payload = '{\"number\":6,\"name\":\"\"}' WHERE position = 6")
        }
        try await log.subscribing.drain()
        #expect(try await log.diary.map(\.number) == Array(1...9))
        #expect(try await log.subscription(Diary.self).failures == 0)
    }

    @Test("one that fails again waits for longer, and goes on by itself", arguments: Engine.allCases)
    func backOff(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.happen([666, 7])
        try await log.following {
            try await until { try await log.subscription(Diary.self).failures >= 2 }
            try await log.database.write { try $0.run("UPDATE events SET payload = '{\"number\":6,\"name\":\"\"}' WHERE position = 1") }
            try await until { try await log.diary.map(\.number) == [6, 7] }
        }
        #expect(Subscription.backOff(after: 1) == .seconds(1))
        #expect(Subscription.backOff(after: 4) == .seconds(8))
        #expect(Subscription.backOff(after: 1000) == .seconds(3600))
    }

    @Test("what is committed is taken at once, and not at the next look", arguments: Engine.allCases)
    func prompt(engine: Engine) async throws {
        let log = try await Chronicle(engine, looksEvery: .seconds(86_400))
        try await log.following {
            for number in 0...20 {
                try await log.happen([number])
                try await until { try await log.diary.count == number + 1 }
            }
        }
    }

    @Test("a new one takes the past, unless it wants none of it", arguments: Engine.allCases)
    func past(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.happen(0..<10)
        try await log.database.write { try $0.run("DELETE FROM subscriptions") }
        try await log.subscribing.drain()
        #expect(try await log.diary.count == 10)
        #expect(try await log.database.read { try $0.first("SELECT COUNT(*) FROM census") { try $0.next() as Int } } == 0)
        #expect(try await log.subscription(Census.self).position == 10)
    }

    @Test("it is replayed from any place", arguments: Engine.allCases)
    func replay(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.happen(0..<600)
        try await log.subscribing.drain()
        #expect(try await log.diary.count == 600)
        try await log.database.write { tx in
            try tx.run("DELETE FROM diary WHERE position > 300")
            try log.desk(tx).subscriptions.replay(Diary.self, after: 300)
        }
        try await log.subscribing.drain()
        #expect(try await log.diary.map(\.number) == Array(0..<600))
    }

    @Test("two processes share the work, and nothing is taken twice", arguments: [Engine.postgres])
    func processes(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.following {
            try await log.following {
                for number in 0..<50 { try await log.happen([number]) }
                try await until { try await log.diary.count == 50 }
            }
        }
        #expect(try await log.diary.map(\.position) == Array(1...50))
    }
}
