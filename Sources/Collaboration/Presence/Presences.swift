// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Who is at a case right now.
package enum Presences: Feature {
    package static let migrations = PresenceSchema.migrations
    package static let actions: [any Operation.Type] = [TellPresence.self]
    package static let liveSources = [PresenceChanges.source]
}
