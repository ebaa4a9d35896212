// SPDX-License-Identifier: Apache-2.0
import Dispatch
import StorageTesting
import Synchronization
import Testing

@testable import Web

@Suite("turns")
struct TurnsTests {
    private final class Order: Sendable {
        private let state = Mutex<[String]>([])
        var names: [String] { state.withLock { $0 } }
        func add(_ name: String) { state.withLock { $0.append(name) } }
    }

    private func stranger(_ account: String, _ address: String) -> Turns.Ticket {
        Passwords.Asker.stranger(account: account, address: address).ticket
    }

    /// Occupies the only worker until it is told to go on, so that a test sees who comes next.
    private func hold(_ turns: Turns) async -> (DispatchSemaphore, Task<Void, any Error>) {
        let (gate, started) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
        let task = Task {
            try await turns.run(Passwords.Asker.known.ticket) {
                started.continuation.finish()
                gate.wait()
            }
        }
        for await _ in started.stream {}
        return (gate, task)
    }

    @Test("who guesses at one account holds a few places, and others go past")
    func fair() async throws {
        let turns = Turns(workers: 1, most: 64)
        let (gate, first) = await hold(turns)
        let order = Order()
        // One by one, so that the order in which they queue up is known.
        var waiting: [Task<Void, any Error>] = []
        func queue(_ name: String, _ ticket: Turns.Ticket) async throws {
            let before = turns.pending
            waiting.append(Task { try await turns.run(ticket) { order.add(name) } })
            try await until { turns.pending != before }
        }
        for number in 0..<4 { try await queue("victim", stranger("victim", "192.0.2.\(number)")) }
        await #expect(throws: RequestRefusal.self) { try await turns.run(stranger("victim", "198.51.100.1")) {} }
        try await queue("other", stranger("other", "203.0.113.1"))
        try await queue("member", Passwords.Asker.known.ticket)
        gate.signal()
        try await first.value
        for task in waiting { try await task.value }
        #expect(order.names == ["member", "victim", "other", "victim", "victim", "victim"])
        #expect(turns.pending == 0)
    }

    @Test("one address holds a few places, and all strangers together leave some free")
    func shares() async throws {
        let turns = Turns(workers: 1, most: 20)
        let (gate, first) = await hold(turns)
        var waiting: [Task<Void, any Error>] = []
        func queue(_ ticket: Turns.Ticket) async throws {
            let before = turns.pending
            waiting.append(Task { try await turns.run(ticket) {} })
            try await until { turns.pending != before }
        }
        for number in 0..<8 { try await queue(stranger("a\(number)", "192.0.2.1")) }
        await #expect(throws: RequestRefusal.self) { try await turns.run(stranger("a9", "192.0.2.1")) {} }
        for number in 0..<7 { try await queue(stranger("b\(number)", "198.51.100.\(number)")) }
        await #expect(throws: RequestRefusal.self) { try await turns.run(stranger("c", "203.0.113.1")) {} }
        try await queue(Passwords.Asker.known.ticket)
        gate.signal()
        try await first.value
        for task in waiting { try await task.value }
    }
}
