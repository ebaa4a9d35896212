// SPDX-License-Identifier: Apache-2.0
import Web

/// Something that is not there, or not for this viewer: the two look the same.
package struct Missing: Error, Sendable, Equatable {
    /// For the log and for tests: nobody outside is told.
    package let what: String

    package init(_ what: String) { self.what = what }

    package static let member = Missing("member")
    package static let team = Missing("team")
}

extension Missing: Problem {
    package var status: Int { 404 }
    package var type: String { "not-found" }
    package var title: Phrase { Refusal.notFound.title }
    package var detail: Phrase { Refusal.notFound.detail }
}
