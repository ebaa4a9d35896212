// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Tells open pages that what they show has changed.
///
/// A verb calls `tx.afterCommit { live.publish(topic) }`; the hub then reads the topic's revision and passes it on.
/// Once a second it looks by itself, so that changes made by other processes are seen too.
package final class Live: Service {
    /// What can change, such as one case of one enterprise: its sort, and what tells it from others of that sort.
    package struct Topic: Sendable, Hashable {
        package let sort: String
        package let ids: [UUID]

        package init(_ sort: String, _ ids: UUID...) {
            self.sort = sort
            self.ids = ids
        }
    }

    /// What those who follow a topic hear.
    package enum Event: Sendable, Hashable {
        case message(name: String, data: String)
        /// Nothing new for a while: time to see whether the other side is still there.
        case beat
    }

    /// Seconds between two beats of a follower. They are spread over all followers, so that no second has all of them.
    private static let beatInterval = 20

    private typealias Follower = AsyncStream<Event>.Continuation

    /// No follower is told anything while this is locked: one that is being cancelled holds its own lock and waits for
    /// this one to leave, and neither would ever go on.
    private struct State {
        var followers: [Topic: [Int: Follower]] = [:]
        var revisions: [Topic: Int64] = [:]
        var nextFollower = 0
        /// What may have changed since the last look.
        var published: Set<Topic> = []
        /// Whether it is time to look at all of them.
        var isTimeForAll = false
        /// Whether the program is shutting down.
        var isOver = false
    }

    private let database: Database
    private let logger: Logger
    private let sources: [LiveSource]
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    package init(
        database: Database, logger: Logger = Logger(label: "entente.live"), sources: [LiveSource]
    ) {
        self.database = database
        self.logger = logger
        self.sources = sources
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a topic may have changed. Cheap: who follows is told soon after, from another thread.
    package func publish(_ topic: Topic) {
        let isFollowed = state.withLock { state in
            guard state.followers[topic] != nil else { return false }
            state.published.insert(topic)
            return true
        }
        if isFollowed { waker.yield() }
    }

    /// Sends something fleeting, such as who is typing, to those who follow a topic at this process.
    package func send(_ event: String, _ data: String, to topic: Topic) {
        let followers = state.withLock { Array(($0.followers[topic] ?? [:]).values) }
        for follower in followers { follower.yield(.message(name: event, data: data)) }
    }

    /// How many streams are open.
    package var followerCount: Int { state.withLock { $0.followers.values.reduce(0) { $0 + $1.count } } }

    /// Events of these topics, until the stream is dropped. `current` tells the revision at the start, so that a page
    /// can see whether it missed something; `changed` tells each new one.
    func follow(_ topics: [Topic]) -> (events: AsyncStream<Event>, end: @Sendable () -> Void) {
        let (stream, continuation) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingNewest(32))
        let (number, current, isOver) = state.withLock { state in
            state.nextFollower += 1
            for topic in topics { state.followers[topic, default: [:]][state.nextFollower] = continuation }
            state.published.formUnion(topics)
            return (state.nextFollower, topics.compactMap { state.revisions[$0] }, state.isOver)
        }
        for revision in current { continuation.yield(.message(name: "current", data: String(revision))) }
        continuation.onTermination = { [weak self] _ in self?.leave(number, topics) }
        if isOver { continuation.finish() } else { waker.yield() }
        return (stream, { continuation.finish() })
    }

    private func leave(_ number: Int, _ topics: [Topic]) {
        state.withLock { state in
            for topic in topics {
                state.followers[topic]?[number] = nil
                if state.followers[topic]?.isEmpty == true {
                    state.followers[topic] = nil
                    state.revisions[topic] = nil
                }
            }
        }
    }

    /// Looks for changes until the program shuts down.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [self] in
                    var second = 0
                    while (try? await Task.sleep(for: .seconds(1))) != nil {
                        state.withLock { $0.isTimeForAll = true }
                        waker.yield()
                        second = (second + 1) % Self.beatInterval
                        beat(second)
                    }
                }
                for await _ in wake { await look() }
                group.cancelAll()
            }
        } onGracefulShutdown: { [self] in
            waker.finish()
            let open = state.withLock { state in
                state.isOver = true
                return state.followers.values.flatMap(\.values)
            }
            for follower in open { follower.finish() }
        }
    }

    private func look() async {
        let topics = state.withLock { state in
            defer { (state.published, state.isTimeForAll) = ([], false) }
            return state.followers.keys.filter { state.isTimeForAll || state.published.contains($0) }
        }
        guard !topics.isEmpty else { return }
        let sources = sources
        let found: [Topic: Int64]
        do {
            found = try await database.read { tx in try sources.revisions(of: topics, tx) }
        } catch is StorageError {
            // A database that is away for a moment is tried again in a second.
            return
        } catch {
            return logger.error("Changes cannot be looked for", metadata: ["error": "\(error)"])
        }
        let news = state.withLock { state in
            var news: [(Follower, Event)] = []
            for (topic, revision) in found where state.revisions[topic] != revision {
                let isFirstLook = state.revisions.updateValue(revision, forKey: topic) == nil
                let event = Event.message(name: isFirstLook ? "current" : "changed", data: String(revision))
                for follower in (state.followers[topic] ?? [:]).values { news.append((follower, event)) }
            }
            return news
        }
        for (follower, event) in news { follower.yield(event) }
    }

    private func beat(_ second: Int) {
        let followers = state.withLock { state in
            state.followers.values.flatMap { $0.filter { $0.key % Self.beatInterval == second } }
        }
        // Who follows several topics hears one beat.
        let each = Dictionary(followers.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        for follower in each.values { follower.yield(.beat) }
    }
}
