// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What runs by itself: what needs somebody first.
package struct ShowRunning: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/running")
    package static let summary = "What runs by itself, how far it is, and what of it needs somebody"
    package static let access = Permission.settingsManage

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<RunningView, [RunningFile]>> {
        let desk = call.desk(tx)
        let file = try desk.kernel.running.map { RunningFile(section: $0, things: try $0.things(desk)) }
        let view = RunningView(
            head: try LogOrder.head(of: desk.scope, tx), sections: file.map { RunningView.Section($0) })
        return .show(Shown(view, from: file))
    }

    package static func page(
        _ output: Shown<RunningView, [RunningFile]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let (desk, moments) = (call.desk(tx), Moments(call.caller.locale, now: call.now))
        let root = "/\(desk.enterprise.slug)"
        let file = output.material ?? []
        let troubles = file.flatMap(\.things).compactMap(\.trouble).map { $0.model(root, moments) }
        return Page(
            "running", title: "Running",
            [
                "live": .text("\(root)/live"), "asOf": .text(moments.clock(call.now)), "head": .number(output.view.head),
                "troubles": .list(troubles), "hasTroubles": .flag(!troubles.isEmpty), "count": .number(troubles.count),
                "one": .flag(troubles.count == 1),
                "sections": .list(
                    file.map { section in
                        [
                            "title": .message(section.section.title), "hint": .message(section.section.hint),
                            "hasThings": .flag(!section.things.isEmpty), "things": .list(section.things.map { $0.model(root) }),
                        ]
                    }),
                "subscribers": .list(
                    desk.kernel.subscribers.map { ["name": .text($0.name), "title": .message($0.title)] }),
            ])
    }
}

package struct RunningFile: Sendable {
    let section: RunningSection
    let things: [RunningThing]
}

extension RunningThing {
    fileprivate func model(_ root: String) -> Model {
        [
            "name": .message(name), "state": .object([state.rawValue: true]), "waiting": .number(waiting),
            "took": .text(took.map(String.init)), "said": .message(said), "href": .text(path.map { "\(root)/\($0)" }),
        ]
    }
}

extension RunningThing.Trouble {
    fileprivate func model(_ root: String, _ moments: Moments) -> Model {
        [
            "title": .message(title), "detail": .message(detail), "since": .text(since.map(moments.clock)),
            "next": .text(next.map(moments.clock)),
            "remedies": .list(remedies.map { ["label": .message($0.label), "action": .text("\(root)/\($0.path)")] }),
        ]
    }
}

package struct RunningView: Codable, Sendable {
    package struct Thing: Codable, Sendable {
        package let name: String
        package let state: RunningThing.State
        package let waiting: Int
        /// Milliseconds.
        package let took: Int?
        package let said: String?
        /// What has happened where it needs somebody, and since when.
        package let trouble: String?
        package let since: Timestamp?
        /// When it tries again by itself.
        package let next: Timestamp?
    }

    package struct Section: Codable, Sendable {
        package let title: String
        package let hint: String
        package let things: [Thing]

        init(_ file: RunningFile) {
            title = file.section.title.description
            hint = file.section.hint.description
            things = file.things.map { thing in
                Thing(
                    name: thing.name.description, state: thing.state, waiting: thing.waiting, took: thing.took,
                    said: thing.said?.description, trouble: thing.trouble.map { "\($0.title.description). \($0.detail.description)" },
                    since: thing.trouble?.since, next: thing.trouble?.next)
            }
        }
    }

    /// The place of the newest event in the log.
    package let head: Int
    package let sections: [Section]
}

/// Lets a subscriber that failed try again now.
package struct TryAgain: Action {
    package struct Input: FormInput {
        let subscriber: String

        package init(_ form: inout Form) { subscriber = form.path("subscriber") }
    }

    package static let route = Route.post("/{enterprise}/running/{subscriber}/retry")
    package static let summary = "Let a subscriber that failed try again now"
    package static let access = Permission.settingsManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        try desk.subscriptions.retry(desk.subscriber(call.input.subscriber))
        return .done(goTo: "/\(desk.enterprise.slug)/running", notice: "It tries again now.")
    }
}

/// Has a subscriber take the log again from a place.
package struct Replay: Action {
    package struct Input: FormInput {
        let subscriber: String
        let place: Int

        package init(_ form: inout Form) {
            subscriber = form.text("subscriber", label: "Subscriber", max: 60)
            place = form.integer("place", label: "From event", in: 1...Int.max)
            form.explain("place", "The place in the log of the first event that it takes again; 1 is the beginning.")
        }
    }

    package static let route = Route.post("/{enterprise}/running/replay")
    package static let summary = "Have a subscriber take the log again from a place"
    package static let access = Permission.settingsManage
    package static let retryForm: (any Action.Type)? = ShowRunning.self
    package static let formName = "replay"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, input) = (call.desk(tx), call.input)
        let subscriber = try desk.subscriber(input.subscriber)
        guard try desk.subscriptions.replay(subscriber, after: input.place - 1) else {
            let place = try desk.subscriptions.find(subscriber.name)?.position ?? 0
            throw InvalidInput([FieldError("place", "It is at event \(place). Choose one that it has taken.")])
        }
        try desk.record(SubscriberReplayed(subscriber: subscriber.name, place: input.place), on: desk.scope.uuid)
        return .done(goTo: "/\(desk.enterprise.slug)/running", notice: "It takes the log again from there.")
    }
}

/// Lets a job that was given up try again.
package struct ReviveJob: Action {
    package struct Input: FormInput {
        let job: ID<Job>

        package init(_ form: inout Form) { job = form.path("job") }
    }

    package static let route = Route.post("/{enterprise}/running/jobs/{job}/retry")
    package static let summary = "Let a job that was given up try again"
    package static let access = Permission.settingsManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        guard try Jobs.revive(tx, call.input.job, of: desk.scope.uuid, at: call.now) else { throw Refusal.notFound }
        try desk.record(JobRevived(job: "\(call.input.job)"), on: desk.scope.uuid)
        return .done(goTo: "/\(desk.enterprise.slug)/running", notice: "It tries again now.")
    }
}

extension Desk {
    fileprivate func subscriber(_ name: String) throws -> any Subscriber.Type {
        guard let subscriber = kernel.subscribers.first(where: { $0.name == name }) else { throw Refusal.notFound }
        return subscriber
    }
}
