// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Wakes the deliveries of this process when something was committed that is to be sent. What is missed here, a poll
/// each second finds.
package enum DeliveryBell {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var rung: [Int: Set<Destination>] = [:]
        var next = 0
    }

    private static let state = Mutex(State())

    package static func ring(_ destination: Destination) {
        let listeners = state.withLock { state in
            for id in state.listeners.keys { state.rung[id, default: []].insert(destination) }
            return Array(state.listeners.values)
        }
        // Unlocked: a listener that is being cancelled holds its own lock while it waits for ours.
        for listener in listeners { listener.yield() }
    }

    /// Hears every ring from now on; many rings before the next look are one.
    static func listen() -> (id: Int, rings: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { _ in forget(id) }
        return (id, stream)
    }

    /// The destinations rung for since the last call.
    static func collect(_ id: Int) -> Set<Destination> {
        state.withLock { $0.rung.removeValue(forKey: id) ?? [] }
    }

    private static func forget(_ id: Int) {
        state.withLock { state in
            state.listeners[id] = nil
            state.rung[id] = nil
        }
    }
}
