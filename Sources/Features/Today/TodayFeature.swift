// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Web

/// What waits for whom, on the page that a day begins with.
package enum TodayFeature: Feature {
    package static let actions: [any Operation.Type] = [ShowToday.self]

    package static let menu = [
        Place(.work, 1, "Today", "today", for: .casesRead) { desk, caller in
            desk.countingWaiting(for: caller)
        }
    ]
}
