// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A feature of which an administrator sees that it runs.
package protocol RunningFeature: Feature {
    static var running: [RunningSection] { get }
}

/// Things of one sort that run by themselves, such as deliveries to partners.
package struct RunningSection: Sendable {
    /// English: "Deliveries".
    package let title: Phrase
    package let hint: Phrase
    package let things: @Sendable (Desk) throws -> [RunningThing]
    /// A query for how many of them need somebody: the same as in `things`, but cheap enough for every page. `nil` where that
    /// cannot be asked.
    package let troubled: (@Sendable (Desk) -> SQL)?

    package init(
        _ title: Phrase, hint: Phrase, things: @escaping @Sendable (Desk) throws -> [RunningThing],
        troubled: (@Sendable (Desk) -> SQL)? = nil
    ) {
        self.title = title
        self.hint = hint
        self.things = things
        self.troubled = troubled
    }
}

/// Something that runs by itself, or should.
package struct RunningThing: Sendable {
    package enum State: String, Sendable, CaseIterable, Codable { case well, behind, failing, off }

    /// What needs somebody: what has happened, in its own words; that nothing is lost, and what waits.
    package struct Trouble: Sendable {
        package struct Remedy: Sendable {
            package let label: Phrase
            /// Below the enterprise's own address; it takes a form without fields.
            package let path: String

            package init(_ label: Phrase, _ path: String) {
                self.label = label
                self.path = path
            }
        }

        package let title: Phrase
        package let detail: Phrase
        package let since: Timestamp?
        package let next: Timestamp?
        package let remedies: [Remedy]

        package init(_ title: Phrase, _ detail: Phrase, since: Timestamp?, next: Timestamp?, remedies: [Remedy] = []) {
            self.title = title
            self.detail = detail
            self.since = since
            self.next = next
            self.remedies = remedies
        }
    }

    package let name: Phrase
    package let state: State
    /// How much waits for it.
    package let waiting: Int
    /// Milliseconds that the last turn took; `nil` where that says nothing.
    package var took: Int?
    package var said: Phrase?
    /// Where there is more of it, below the enterprise's own address.
    package var path: String?
    package var trouble: Trouble?

    package init(_ name: Phrase, _ state: State, waiting: Int) {
        self.name = name
        self.state = state
        self.waiting = waiting
    }
}

private enum RunningKey: ServiceKey { static let defaultValue: [RunningSection] = [] }

extension Kernel {
    package var running: [RunningSection] {
        get { self[RunningKey.self] }
        set { self[RunningKey.self] = newValue }
    }
}
