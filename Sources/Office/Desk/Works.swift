// SPDX-License-Identifier: Apache-2.0
import Logging
import Storage
import Synchronization
import Web

/// What is there for all that runs outside a request.
package struct Works: Sendable {
    package let kernel: Kernel
    package let database: Database
    /// What actions may reach, too.
    package let services: Services
    package let logger: Logger

    package init(_ kernel: Kernel, _ database: Database, _ services: Services, logger: Logger) {
        self.kernel = kernel
        self.database = database
        self.services = services
        self.logger = logger
    }
}

/// Something that is done again and again. Every process does it, so that it bears to be done twice, and at once.
package struct Clockwork: Sendable {
    /// What it does, for the log and for *Running*: "bring back what nobody accepted in time".
    package let what: Phrase
    /// How long after the start; as long as between two turns, if nothing is said.
    package let first: Duration?
    package let interval: Duration
    package let turn: @Sendable (Works) async throws -> Void

    package init(
        _ what: Phrase, first: Duration? = nil, every interval: Duration, _ turn: @escaping @Sendable (Works) async throws -> Void
    ) {
        self.what = what
        self.first = first
        self.interval = interval
        self.turn = turn
    }
}

/// A sort of work that is enqueued and done outside a transaction.
package struct FeatureJob: Sendable {
    package let kind: String
    /// English, as in *Running*: "Fetching files".
    package let title: Phrase
    /// After how many attempts it is given up.
    package let maximumAttempts: Int
    package let perform: @Sendable (JobAttempt, Works) async throws -> Void

    package init(
        _ kind: String, _ title: Phrase, maximumAttempts: Int = 12, _ perform: @escaping @Sendable (JobAttempt, Works) async throws -> Void
    ) {
        self.kind = kind
        self.title = title
        self.maximumAttempts = maximumAttempts
        self.perform = perform
    }
}

/// How the clockworks of this process are getting on.
package final class ClockBoard: Sendable {
    package struct State: Sendable {
        package var failingSince: Timestamp?
        package var lastTurn: Timestamp?
        /// Milliseconds.
        package var took = 0
    }

    private let states = Mutex<[Phrase: State]>([:])

    package init() {}

    package func state(of clock: Clockwork) -> State { states.withLock { $0[clock.what] } ?? State() }

    package func note(_ clock: Clockwork, at now: Timestamp, took milliseconds: Int, isWell: Bool) {
        states.withLock { states in
            var state = states[clock.what] ?? State()
            state.failingSince = isWell ? nil : state.failingSince ?? now
            state.lastTurn = now
            state.took = milliseconds
            states[clock.what] = state
        }
    }
}

private enum ClockworksKey: ServiceKey { static let defaultValue: [Clockwork] = [] }
private enum FeatureJobsKey: ServiceKey { static let defaultValue: [FeatureJob] = [] }
private enum ClockBoardKey: ServiceKey { static let defaultValue = ClockBoard() }

extension Kernel {
    package var clocks: [Clockwork] {
        get { self[ClockworksKey.self] }
        set { self[ClockworksKey.self] = newValue }
    }

    package var jobs: [FeatureJob] {
        get { self[FeatureJobsKey.self] }
        set { self[FeatureJobsKey.self] = newValue }
    }

    package var clockBoard: ClockBoard {
        get { self[ClockBoardKey.self] }
        set { self[ClockBoardKey.self] = newValue }
    }
}
