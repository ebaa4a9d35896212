// SPDX-License-Identifier: Apache-2.0
import Office

/// A customer's own pages, for who adds to them.
package struct OwnPage: OpenPage {
    package enum Place: String, Sendable {
        /// On the page of their case, below what was said.
        case matter
        /// Above who knows what about them.
        case sharing
        /// Below it.
        case sharingEnd
    }

    package let customer: Follower
    package let item: Case

    package init(_ customer: Follower, _ item: Case) {
        self.customer = customer
        self.item = item
    }
}
