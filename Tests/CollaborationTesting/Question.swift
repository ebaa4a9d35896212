// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office

/// A kind of case for tests.
package enum Question: CaseKind {
    package static let name = "enquiry"
    package static let title = "Enquiry"
    package static let lifecycle = Lifecycle(
        .init("new", "New"), .init("working", "In progress"), .init("closed", "Closed", isOpen: false),
        moves: ["new": ["working", "closed"], "working": ["closed"], "closed": ["working"]])

    package static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {}
}
