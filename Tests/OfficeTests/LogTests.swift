// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing

@testable import Office

@Suite("The event log")
struct LogTests {
    @Test("nobody who follows it is overtaken by a commit", arguments: Engine.allCases)
    func overtaking(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        let (slow, quick) = (UUID(), UUID())
        let (begun, go) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        async let late: Void = log.database.write { tx in
            try log.desk(tx).record(Happened(number: 1), on: slow)
            begun.continuation.yield()
            // SQLite's one writer has nobody to wait for.
            if engine == .postgres { go.wait() }
        }
        for await _ in begun.stream { break }
        try await log.happen([2], to: quick)
        try await log.subscribing.drain()
        let early = try await log.diary.map(\.number)
        go.signal()
        try await late
        try await log.subscribing.drain()
        #expect(early == (engine == .postgres ? [2] : [1, 2]))
        #expect(try await log.diary.map(\.number) == (engine == .postgres ? [2, 1] : [1, 2]))
        #expect(try await log.diary.map(\.position) == [1, 2])
    }

    @Test("what happens to one thing is told in its order, whoever commits when", arguments: Engine.allCases)
    func order(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        let subject = UUID()
        let (begun, go) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        async let first: Void = log.database.write { tx in
            // It has begun before the other, and so has the smaller transaction number, …
            try log.desk(tx).record(Happened(number: 0), on: UUID())
            begun.continuation.yield()
            if engine == .postgres { go.wait() }
            // … and writes after it.
            try log.desk(tx).record(Happened(number: 2), on: subject)
        }
        for await _ in begun.stream { break }
        if engine == .postgres { try await log.happen([1], to: subject) }
        go.signal()
        try await first
        if engine == .sqlite { try await log.happen([3], to: subject) }
        try await log.subscribing.drain()
        #expect(try await log.diary.filter { $0.subject == subject }.map(\.number) == (engine == .postgres ? [1, 2] : [2, 3]))
    }

    @Test("many who write at once get places without gaps, and nothing twice", arguments: Engine.allCases)
    func many(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        let subjects = (0..<5).map { _ in UUID() }
        try await log.following {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<200 { tasks.addTask { try await log.happen([number], to: subjects[number % 5]) } }
                try await tasks.waitForAll()
            }
            try await until { try await log.diary.count == 200 }
        }
        let diary = try await log.diary
        #expect(diary.map(\.position) == Array(1...200))
        #expect(Set(diary.map(\.number)) == Set(0..<200))
        for subject in subjects {
            let told = try await log.database.read { try log.desk($0).events(of: subject, limit: 100).reversed().map(\.position) }
            #expect(told == told.sorted { ($0 ?? 0) < ($1 ?? 0) }, "the places follow the subject's own history")
        }
    }

    @Test("who did it, by what, and its version are kept; who is forgotten leaves no value", arguments: Engine.allCases)
    func kept(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        let (subject, token) = (UUID(), ID<APIToken>())
        try await log.database.write { tx in
            let desk = Desk(
                log.enterprise, .company(UUID(), name: "Kraft"), log.kernel, tx, now: tx.startedAt,
                means: .link(event: token.uuid), context: .init())
            try desk.record(Happened(number: 1, name: "Lotte Peeters"), on: subject, object: token.uuid)
        }
        let read: @Sendable (Transaction) throws -> Event = { try #require(try log.desk($0).events(of: subject).first) }
        let event = try await log.database.read(read)
        #expect(event.actorKind == "company" && event.actorName == "Kraft")
        #expect(event.means == "link" && event.cause == token.uuid && event.object == token.uuid)
        #expect(try event.data(as: Happened.self)?.name == "Lotte Peeters")
        try await log.database.write { try log.desk($0).forget(in: subject, as: "–") { $0 } }
        let left = try await log.database.read(read)
        #expect(try left.data(as: Happened.self)?.name == "")
        #expect(try left.data(as: Happened.self)?.number == 1)
    }

    @Test("an event that a newer program wrote is refused, and stays", arguments: Engine.allCases)
    func later(engine: Engine) async throws {
        let log = try await Chronicle(engine)
        try await log.happen([1, 2, 3])
        try await log.database.write { tx in
            try tx.run("UPDATE events SET version = 2, payload = '{\"count\":5}' WHERE sequence = 2")
        }
        try await log.subscribing.drain()
        #expect(try await log.diary.map(\.number) == [1])
        let subscription = try await log.subscription(Diary.self)
        #expect(subscription.failedAt == 2)
        #expect(subscription.error.contains("newer program"))
    }
}
