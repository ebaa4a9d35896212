// SPDX-License-Identifier: Apache-2.0

/// What a template shows: text, flags, lists and objects. All text is escaped when it is rendered, without exception.
///
/// ```swift
/// ["number": .text(case.number), "isLate": .flag(late), "entries": .list(entries.map(\.model)), "kind": "Enquiry"]
/// ```
package enum Model: Sendable {
    /// A member of an object: its name and its value.
    package typealias Member = (String, Model)

    case none
    case flag(Bool)
    case text(String)
    /// Text of ours, shown in the viewer's language.
    indirect case message(Phrase)
    case list([Model])
    /// Members with different names.
    case object([Member])

    package static func number(_ number: Int) -> Model { .text(String(number)) }
    package static func text(_ text: String?) -> Model { text.map { .text($0) } ?? .none }
    package static func message(_ message: Phrase?) -> Model { message.map { .message($0) } ?? .none }
    package static func list(_ texts: [String]) -> Model { .list(texts.map { .text($0) }) }
    package static func object(_ members: [String: Model]) -> Model {
        .object(members.map { ($0.key, $0.value) })
    }

    /// A member of an object; `nil` where there is none.
    package subscript(_ name: String) -> Model? {
        guard case .object(let members) = self else { return nil }
        // By index, because a loop over the members would copy each of them; the length first, because it tells most
        // names apart without a call.
        let length = name.utf8.count
        for index in members.indices where members[index].0.utf8.count == length && members[index].0 == name {
            return members[index].1
        }
        return nil
    }

    /// Whether a section for it is shown: not for `none`, `false`, empty text and empty lists.
    var isPresent: Bool {
        switch self {
        case .none: false
        case .flag(let flag): flag
        case .text(let text): !text.isEmpty
        case .list(let elements): !elements.isEmpty
        case .message, .object: true
        }
    }

    /// This object with another's members laid over it, object within object.
    func overlaid(with other: Model) -> Model {
        guard case .object(var members) = self, case .object(let others) = other else { return other }
        for (name, value) in others {
            if let index = members.firstIndex(where: { $0.0 == name }) {
                members[index].1 = members[index].1.overlaid(with: value)
            } else {
                members.append((name, value))
            }
        }
        return .object(members)
    }
}

extension Model: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    package init(arrayLiteral elements: Model...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, Model)...) {
        self = .object(elements)
    }
    package init(nilLiteral: ()) { self = .none }
}
