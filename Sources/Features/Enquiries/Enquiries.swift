// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Web

/// Questions that customers ask, on the public page or through any other channel.
package enum Enquiries: CaseFeature {
    package static let kinds: [any CaseKind.Type] = [Enquiry.self]
    package static let actions: [any Operation.Type] = [AskPage.self, AskQuestion.self]
}
