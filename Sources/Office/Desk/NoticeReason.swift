// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Why members are told of what happens.
package struct NoticeReason: Sendable {
    /// As it is kept: `assigned`.
    package let name: String
    /// English, as in a member's profile: "Given to you".
    package let title: Phrase
    package let hint: Phrase
    /// Whether it is on until a member says otherwise.
    package let isOnAtFirst: Bool
    /// Whether nobody can switch it off.
    package let isAlways: Bool
    /// Whether it comes through where a member has muted the subject.
    package let passesMute: Bool
    /// Whether it is about events of a type.
    package let isAbout: @Sendable (any EventPayload.Type) -> Bool
    /// Whom it concerns; whoever did it themselves is left out.
    package let members: @Sendable (Event, Desk) throws -> Set<ID<Member>>

    package init(
        _ name: String, _ title: Phrase, hint: Phrase, isOnAtFirst: Bool = true, isAlways: Bool = false, passesMute: Bool = false,
        about isAbout: @escaping @Sendable (any EventPayload.Type) -> Bool,
        to members: @escaping @Sendable (Event, Desk) throws -> Set<ID<Member>>
    ) {
        self.name = name
        self.title = title
        self.hint = hint
        self.isOnAtFirst = isOnAtFirst
        self.isAlways = isAlways
        self.passesMute = passesMute
        self.isAbout = isAbout
        self.members = members
    }

    package init(
        _ name: String, _ title: Phrase, hint: Phrase, isOnAtFirst: Bool = true, isAlways: Bool = false, passesMute: Bool = false,
        about types: [any EventPayload.Type], to members: @escaping @Sendable (Event, Desk) throws -> Set<ID<Member>>
    ) {
        let names = Set(types.map { $0.type })
        self.init(
            name, title, hint: hint, isOnAtFirst: isOnAtFirst, isAlways: isAlways, passesMute: passesMute,
            about: { names.contains($0.type) }, to: members)
    }
}

private enum NoticeReasonsKey: ServiceKey { static let defaultValue: [NoticeReason] = [] }

extension Kernel {
    /// What concerns a member most stands first: they are told of an event for one reason.
    package var noticeReasons: [NoticeReason] {
        get { self[NoticeReasonsKey.self] }
        set { self[NoticeReasonsKey.self] = newValue }
    }
}

private enum UnreadKey: ServiceKey { static let defaultValue: (@Sendable (Desk, ID<Member>) -> SQL)? = nil }

extension Kernel {
    /// A query for how much a member has not read, to a hundred; `nil` where nobody is told anything.
    package var unread: (@Sendable (Desk, ID<Member>) -> SQL)? {
        get { self[UnreadKey.self] }
        set { self[UnreadKey.self] = newValue }
    }
}
