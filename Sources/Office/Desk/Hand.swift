// SPDX-License-Identifier: Apache-2.0
import Storage

/// By whose hand something is written, as the log keeps it.
package struct Hand: Sendable {
    package let actor: Actor
    /// As the log inside the enterprise names them: for a program also what its token is for.
    package let name: String
    package let means: Means
    package let now: Timestamp

    package init(_ actor: Actor, name: String? = nil, by means: Means? = nil, at now: Timestamp) {
        self.actor = actor
        self.name = name ?? actor.name
        self.means = means ?? actor.usualMeans
        self.now = now
    }
}

extension Hand {
    /// Whoever administers the machine.
    package static func commandLine(at now: Timestamp) -> Hand { Hand(.system("command line"), by: .command, at: now) }
}

extension Desk {
    package var hand: Hand { Hand(actor, name: loggedName, by: means, at: now) }
}
