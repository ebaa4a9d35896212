// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Web

/// Questions that customers ask, on the public page or through any other channel.
package enum Enquiries: CaseFeature, OptionalFeature {
    package static let name = "enquiries"
    package static let title: Phrase = "Enquiries"
    package static let purpose: Phrase = "Questions that customers ask, on the public page or in any other way."

    package static let kinds: [any CaseKind.Type] = [Enquiry.self]
    package static let scenes = [DemoQuestions.scene]
    package static let actions: [any Operation.Type] = [AskPage.self, AskQuestion.self]
}
