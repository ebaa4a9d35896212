// SPDX-License-Identifier: Apache-2.0
import Office

/// The page of a customer's own case, for who adds to it.
package struct OwnCase: OpenPage {
    package enum Place: String, Sendable {
        /// Below what was said.
        case below
    }

    package let customer: Follower
    package let item: Case

    package init(_ customer: Follower, _ item: Case) {
        self.customer = customer
        self.item = item
    }
}

/// The page on which a customer sees who knows what about them, for who adds to it.
package struct OwnSharing: OpenPage {
    package enum Place: String, Sendable { case top, end }

    package let customer: Follower
    package let item: Case

    package init(_ customer: Follower, _ item: Case) {
        self.customer = customer
        self.item = item
    }
}
