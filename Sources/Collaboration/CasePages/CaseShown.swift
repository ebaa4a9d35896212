// SPDX-License-Identifier: Apache-2.0
import Office

/// A case as its page shows it, for who adds to that.
package struct CaseShown: OpenPage {
    package enum Place: String, Sendable {
        /// A card above the conversation, for what waits for a decision.
        case requests
        /// In a line below the conversation.
        case below
        /// Beside it, below what is known of the customer and the case.
        case aside
    }

    package let item: Case
    package let customer: Customer?
    package let viewer: StaffCaller
}
