// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Synchronization

/// Tells those of this process who follow logs that something was written. What is told while they are at work is one signal.
package struct LogSignal: Sendable {
    private static let listeners = Mutex<[UUID: LogSignal]>([:])

    let received: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let pending = Pending()

    private final class Pending: Sendable {
        let enterprises = Mutex<Set<ID<Enterprise>>>([])
    }

    /// - Parameter hearsCommits: whether it is told of every commit.
    init(hearsCommits: Bool) {
        (received, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard hearsCommits else { return }
        let id = UUID()
        let signal = self
        Self.listeners.withLock { $0[id] = signal }
        waker.onTermination = { _ in _ = Self.listeners.withLock { $0.removeValue(forKey: id) } }
    }

    func send(_ enterprises: some Sequence<ID<Enterprise>>) {
        pending.enterprises.withLock { $0.formUnion(enterprises) }
        waker.yield()
    }

    /// Whose logs have grown since the last time.
    func take() -> Set<ID<Enterprise>> {
        pending.enterprises.withLock { pending in
            defer { pending = [] }
            return pending
        }
    }

    func finish() { waker.finish() }

    static func send(_ enterprise: ID<Enterprise>) {
        for listener in listeners.withLock({ Array($0.values) }) { listener.send([enterprise]) }
    }
}
