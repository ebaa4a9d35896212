// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What runs by itself, and what of it needs somebody.
package enum Running: RunningFeature {
    package static let actions: [any Operation.Type] = [ShowRunning.self, TryAgain.self, Replay.self, ReviveJob.self]
    package static let running = [SubscribersAtWork.section, JobsAtWork.section, ClocksAtWork.section]

    package static let events: [any EventPayload.Type] = [SubscriberReplayed.self, JobRevived.self]

    package static let menu = [
        Place(.house, 5, "Running", "running", for: .settingsManage) { desk, _ in
            .sum(desk.kernel.running.compactMap { $0.troubled?(desk) })
        }
    ]

    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {
        kernel.running = features.compactMap { $0 as? any RunningFeature.Type }.flatMap { $0.running }
    }
}

/// Who follows the log.
enum SubscribersAtWork {
    static let section = RunningSection("Subscribers", hint: "who follow the log") { desk in
        let head = try LogOrder.head(of: desk.scope, desk.tx)
        return try desk.kernel.subscribers.map { subscriber in
            let found = try desk.subscriptions.find(subscriber.name)
            let behind = try desk.subscriptions.behind(subscriber, after: found?.position ?? (subscriber.takesPast ? 0 : head))
            let isFailing = found.map { $0.failures > 0 } ?? false
            var thing = RunningThing(subscriber.title, isFailing ? .failing : behind > 1000 ? .behind : .well, waiting: behind)
            thing.took = found?.takenAt == nil ? nil : found?.took
            thing.said = "at \(found?.position ?? 0) of \(head)"
            guard let found, isFailing else { return thing }
            thing.said = "stopped at \(found.failedAt ?? found.position + 1)"
            thing.trouble = RunningThing.Trouble(
                "\(subscriber.title) stopped at event \(found.failedAt ?? found.position + 1)",
                "It says: \(found.error). Events wait, in order, and nothing is lost or skipped: \(behind). Nothing else waits for it.",
                since: found.failingSince, next: found.retryAt,
                remedies: [.init("Try now", "running/\(subscriber.name)/retry")])
            return thing
        }
    } troubled: { desk in
        desk.subscriptions.failing(among: desk.kernel.subscribers)
    }
}

/// Work outside transactions, such as fetching a file.
enum JobsAtWork {
    static let section = RunningSection("Jobs", hint: "what is done apart, soon or at its time") { desk in
        let dead = Dictionary(grouping: try Jobs.dead(desk.tx, of: desk.scope.uuid, limit: 100), by: \.kind)
        let waiting = try Jobs.waiting(desk.tx, of: desk.scope.uuid)
        let titles = Dictionary(desk.kernel.jobs.map { ($0.kind, $0.title) }, uniquingKeysWith: { first, _ in first })
        return Set(titles.keys).union(dead.keys).union(waiting.keys).sorted().map { kind in
            let given = dead[kind] ?? []
            let title = titles[kind] ?? Phrase(verbatim: kind)
            var thing = RunningThing(
                title, given.isEmpty ? .well : .failing, waiting: waiting[kind]?.count ?? 0)
            thing.said = waiting[kind]?.error.map { Phrase(verbatim: $0) }
            guard let first = given.first else { return thing }
            thing.trouble = RunningThing.Trouble(
                "A job was given up after \(first.attempts) attempts: \(title)",
                "It says: \(first.error). It stays until somebody lets it try again. Given up in all: \(given.count).",
                since: first.diedAt, next: nil, remedies: [.init("Try again", "running/jobs/\(first.id)/retry")])
            return thing
        }
    } troubled: { desk in
        Jobs.deadKinds(of: desk.scope.uuid)
    }
}

/// What this process does again and again.
enum ClocksAtWork {
    static let section = RunningSection("Clocks", hint: "of the process that shows this page") { desk in
        desk.kernel.clocks.map { clock in
            let state = desk.kernel.clockBoard.state(of: clock)
            var thing = RunningThing(clock.what, state.failingSince == nil ? .well : .failing, waiting: 0)
            thing.took = state.lastTurn == nil ? nil : state.took
            thing.said = state.lastTurn == nil ? "has not had its turn yet" : "every \(Int(clock.interval / .seconds(1))) s"
            // It is the node's, so that an enterprise's administrator can only know of it.
            if state.failingSince != nil { thing.said = "fails, and is tried again; the node’s own log says why" }
            return thing
        }
    }
}

/// Somebody had a subscriber take the log again. The subject is the enterprise.
struct SubscriberReplayed: EventPayload {
    static let type = "subscriber.replayed"
    static let subject = "enterprise"
    let subscriber: String
    /// The first event that it takes again.
    let place: Int

    func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) had “\(subscriber)” take the log again from event \(place)"
    }
}

/// Somebody let a job try again that had been given up. The subject is the enterprise.
struct JobRevived: EventPayload {
    static let type = "job.revived"
    static let subject = "enterprise"
    let job: String

    func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) let a job try again that had been given up" }
}
