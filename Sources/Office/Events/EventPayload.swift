// SPDX-License-Identifier: Apache-2.0
import Web

/// What happened, as the log keeps it: each type of event is a type of its own. Text for people is made from it when it is
/// shown, in the reader's language.
///
/// What it holds are names and values as they were at that moment; what belongs to a row that stays, such as the words of a
/// message, is not written a second time.
package protocol EventPayload: Codable, Sendable {
    /// As kept, and as programs see it: `case.assigned`.
    static var type: String { get }
    /// Raised when what is kept changes its shape; the type then reads what earlier versions wrote.
    static var version: Int { get }
    /// The sort of thing that it happens to, by the name of a ``SubjectSort``.
    static var subject: String { get }
    /// Names of members that hold what is a customer's own, and go with them. Where others name them, it is struck out.
    static var personal: Set<String> { get }
    /// What it is to those who ask who saw, changed or passed on what.
    var deed: Deed { get }
    /// Says it in a sentence; `nil` where something else shows it, or nothing does.
    func told(_ event: Event, _ scene: EventScene) -> Phrase?
}

/// What somebody does with what the enterprise holds.
package enum Deed: String, Sendable, CaseIterable, Codable {
    case saw, changed, exported
    /// It went to a customer or another company.
    case sent
}

extension EventPayload {
    package var deed: Deed { .changed }
    package static var version: Int { 1 }
    package static var personal: Set<String> { [] }
}

/// The types of events that this program knows, by name.
package struct EventTypes: Sendable {
    package let all: [any EventPayload.Type]
    private let byName: [String: any EventPayload.Type]

    package init(_ all: [any EventPayload.Type]) {
        self.all = all
        byName = Dictionary(all.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Those that hold something of a customer's own.
    package var personal: [String] { all.filter { !$0.personal.isEmpty }.map { $0.type } }

    package subscript(name: String) -> (any EventPayload.Type)? { byName[name] }

    /// A name that means two things.
    var double: String? { Dictionary(grouping: all, by: { $0.type }).first { $0.value.count > 1 }?.key }
}
