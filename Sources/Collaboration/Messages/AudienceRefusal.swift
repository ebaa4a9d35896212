// SPDX-License-Identifier: Apache-2.0
import Web

/// Why a message cannot go to those it names.
package enum AudienceRefusal: Error, Sendable, Equatable {
    case notOurCustomer
    /// The company has nothing to do with this case.
    case notInvolved
    /// The company has not accepted what it was asked, or the contract shares no messages.
    case notShared(company: String)
    case filesNotShared(company: String)
}

extension AudienceRefusal: Problem {
    package var status: Int { 422 }
    package var type: String { "audience-impossible" }
    package var title: Phrase { "This message cannot go to everyone you chose" }

    package var detail: Phrase {
        switch self {
        case .notOurCustomer: "This customer is another company’s. Write to that company instead."
        case .notInvolved: "A company you chose has nothing to do with this case. Hand the case over to it first."
        case .notShared(let company):
            "\(company) has not accepted the case, or your contract shares no messages. Wait for the acceptance, or leave them out."
        case .filesNotShared(let company): "Your contract with \(company) shares no files. Send the message without them."
        }
    }

    package var errors: [FieldError] { [FieldError("to", detail)] }
}
