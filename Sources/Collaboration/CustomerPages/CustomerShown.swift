// SPDX-License-Identifier: Apache-2.0
import Office

/// A customer as their page shows them, for who adds to that.
package struct CustomerShown: OpenPage {
    package enum Place: String, Sendable {
        /// Below their cases and what was said.
        case main
        /// A card above what is known of them, for what waits for a decision.
        case requests
        /// Cards below what is known of them.
        case aside
    }

    package let customer: Customer
    package let viewer: StaffCaller
}
