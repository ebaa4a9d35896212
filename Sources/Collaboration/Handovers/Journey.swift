// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

/// One company's turn with a matter, as far as the viewer may see it.
package struct JourneyStep: Sendable, Codable, Equatable {
    /// Opaque, and the same in every later word about this step.
    package let id: String
    /// The company's name, or what the contract lets it be called: "a supplier".
    package var company: String
    package var colour: Int
    /// When the matter reached it.
    package var since: Timestamp
    /// When it was done with it, or, for a company before the viewer's, when it passed it on.
    package var until: Timestamp?
    /// The form of what it was asked, never its words; and by when.
    package var ask: AskForm?
    package var due: Timestamp?
    package var state: Handover.State?
    /// What it was shown, where that is known.
    package var sees: [String]

    package init(
        id: String, company: String, colour: Int, since: Timestamp, until: Timestamp? = nil, ask: AskForm? = nil,
        due: Timestamp? = nil, state: Handover.State? = nil, sees: [String] = []
    ) {
        self.id = id
        self.company = company
        self.colour = colour
        self.since = since
        self.until = until
        self.ask = ask
        self.due = due
        self.state = state
        self.sees = sees
    }

    /// Steps that a journey has at the most, here and as it is told on: far fewer than the protocol bears, so that with
    /// our own it always fits.
    package static let most = 40

    /// The step as it is once the company that told us of it has nothing to do with the matter any more.
    package func ended(by end: Timestamp?) -> JourneyStep {
        guard until == nil, let end else { return self }
        var step = self
        step.until = end
        return step
    }

    /// Milliseconds for which it held the matter itself: its whole time less the time others, whom it had asked, had it.
    /// Others that had it at the same time count once.
    package func held(whileOthersHad others: [JourneyStep], at now: Timestamp) -> Int64 {
        let end = min(until ?? now, now)
        guard end > since else { return 0 }
        var waited: Int64 = 0
        var covered = since
        for other in others.sorted(by: { $0.since < $1.since }) {
            let from = max(other.since, covered)
            let to = min(other.until ?? end, end)
            if to > from {
                waited += to.milliseconds - from.milliseconds
                covered = to
            }
        }
        return end.milliseconds - since.milliseconds - waited
    }
}

/// The way of a case through the companies, as one of them sees it: those before it, itself, and one branch for each
/// company it asked, which begins with that company and goes on with those beyond.
package struct Journey: Sendable {
    package let before: [JourneyStep]
    package let own: JourneyStep
    package let branches: [[JourneyStep]]

    package struct Stop: Sendable {
        package let step: JourneyStep
        package let held: Int64
        /// Whether the matter lies with this company now.
        package let hasIt: Bool
        package let isOwn: Bool
        /// The step of the company that asked this one; `nil` for the first.
        package let askedBy: String?
    }

    package init(before: [JourneyStep], own: JourneyStep, branches: [[JourneyStep]]) {
        self.before = before
        self.own = own
        self.branches = branches
    }

    /// Every company in order of the way, with the time it held the matter itself.
    package func stops(at now: Timestamp) -> [Stop] {
        let after = branches.flatMap { $0 }
        func stop(
            _ step: JourneyStep, _ others: [JourneyStep], by asker: JourneyStep?, isOwn: Bool = false, isPast: Bool = false
        ) -> Stop {
            let waits = others.contains { $0.until == nil }
            return Stop(
                step: step, held: step.held(whileOthersHad: others, at: now),
                hasIt: step.until == nil && !waits && !isPast, isOwn: isOwn,
                askedBy: asker?.id)
        }
        var stops = before.indices.map { stop(before[$0], [], by: $0 > 0 ? before[$0 - 1] : nil, isPast: true) }
        stops.append(stop(own, after, by: before.last, isOwn: true))
        for branch in branches {
            for index in branch.indices {
                let asker = index > 0 ? branch[index - 1] : own
                stops.append(stop(branch[index], Array(branch[(index + 1)...]), by: asker))
            }
        }
        return stops
    }
}
