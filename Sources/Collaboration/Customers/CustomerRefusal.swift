// SPDX-License-Identifier: Apache-2.0
import Web

/// Why a customer's record cannot be changed.
package enum CustomerRefusal: Error, Sendable, Equatable {
    case notOurs
}

extension CustomerRefusal: Problem {
    package var status: Int { 409 }
    package var type: String { "not-our-customer" }
    package var title: Phrase { "This customer is another company’s" }
    package var detail: Phrase { "What is known of them is that company’s to change. Ask that company." }
}
