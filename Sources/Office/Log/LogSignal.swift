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
        let told = Mutex<(enterprises: Set<ID<Enterprise>>, isTimeToLook: Bool)>(([], false))
        let later = Mutex<Set<ID<Enterprise>>>([])
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
        pending.told.withLock { $0.enterprises.formUnion(enterprises) }
        waker.yield()
    }

    /// Tells it later, once however often that is asked for until then.
    func send(_ enterprise: ID<Enterprise>, after pause: Duration) {
        guard pending.later.withLock({ $0.insert(enterprise).inserted }) else { return }
        Task {
            try await Task.sleep(for: pause)
            _ = pending.later.withLock { $0.remove(enterprise) }
            send([enterprise])
        }
    }

    /// Says that it is time to look for what nobody tells.
    func look() {
        pending.told.withLock { $0.isTimeToLook = true }
        waker.yield()
    }

    /// Whose logs have grown since the last time, and whether it is time to look.
    func take() -> (enterprises: Set<ID<Enterprise>>, isTimeToLook: Bool) {
        pending.told.withLock { told in
            defer { told = ([], false) }
            return told
        }
    }

    func finish() { waker.finish() }

    static func send(_ enterprise: ID<Enterprise>) {
        for listener in listeners.withLock({ Array($0.values) }) { listener.send([enterprise]) }
    }
}
