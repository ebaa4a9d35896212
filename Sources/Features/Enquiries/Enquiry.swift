// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office

/// A question. It has no details of its own: the kernel's conversation is all it needs.
enum Enquiry: CaseKind {
    static let name = "enquiry"
    static let title = "Enquiry"
    static let stageWhenTaken: String? = "working"
    static let stageWhenAnswered: String? = "answered"
    static let door: Door? = Door("ask", "Ask a question", hint: "About a product, an order, or us")

    static let lifecycle = Lifecycle(
        .init("new", "New"), .init("working", "In progress"), .init("answered", "Answered"),
        .init("closed", "Closed", isOpen: false),
        moves: [
            "new": ["working", "answered", "closed"], "working": ["answered", "closed"],
            "answered": ["working", "closed"], "closed": ["working"],
        ])

    static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {}
}
