// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Somebody who works for the enterprise.
package struct Member: Sendable {
    package enum Role: String, Sendable, CaseIterable, Codable, SQLConvertible {
        case administrator, sales, service, marketing, finance, reader
    }

    package let id: ID<Member>
    /// In lower case; unique within the enterprise.
    package var email: String
    package var name: String
    package var role: Role
    package var language: String
    package var timeZone: String
    package var theme: LocaleChoice.Theme
    /// Set when somebody has left; they can no longer sign in.
    package var disabledAt: Timestamp?

    package init(
        id: ID<Member> = ID(), email: String, name: String, role: Role, language: String = "en",
        timeZone: String = "Europe/Brussels", theme: LocaleChoice.Theme = .system, disabledAt: Timestamp? = nil
    ) {
        self.id = id
        self.email = email.lowercased()
        self.name = name
        self.role = role
        self.language = language
        self.timeZone = timeZone
        self.theme = theme
        self.disabledAt = disabledAt
    }

    package var locale: LocaleChoice { LocaleChoice(language: language, timeZone: timeZone, theme: theme) }
    package var hasLeft: Bool { disabledAt != nil }
}

extension LocaleChoice.Theme: SQLConvertible {}

/// Some of the enterprise's members, such as "Service".
package struct Team: Sendable {
    package let id: ID<Team>
    package var name: String

    package init(id: ID<Team> = ID(), name: String) {
        self.id = id
        self.name = name
    }
}

/// Why something cannot be done with members.
package enum MemberRefusal: Error, Sendable, Equatable {
    case emailTaken
    case lastAdministrator
    case teamNameTaken
    case wrongPassword
    case unknownTimeZone
    case unknownMember
}

extension MemberRefusal: Problem {
    package var status: Int { self == .lastAdministrator ? 409 : 422 }

    package var type: String {
        switch self {
        case .emailTaken: "email-taken"
        case .lastAdministrator: "last-administrator"
        case .teamNameTaken: "team-name-taken"
        case .wrongPassword: "wrong-password"
        case .unknownTimeZone: "unknown-time-zone"
        case .unknownMember: "unknown-member"
        }
    }

    package var title: Phrase { "That cannot be changed like this" }

    package var detail: Phrase {
        switch self {
        case .emailTaken: "Another member has this e-mail address. Use a different one."
        case .lastAdministrator:
            "Nobody else could administer the company then. Make another member administrator first."
        case .teamNameTaken: "There is a team of this name. Choose another name."
        case .wrongPassword: "That is not your password. Type the one you sign in with."
        case .unknownTimeZone: "This time zone is not known. Choose one from the list."
        case .unknownMember: "This member is not here any more. Choose another."
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .emailTaken: [FieldError("email", detail)]
        case .lastAdministrator: []
        case .teamNameTaken: [FieldError("name", detail)]
        case .wrongPassword: [FieldError("current", detail)]
        case .unknownTimeZone: [FieldError("timeZone", detail)]
        case .unknownMember: [FieldError("member", detail)]
        }
    }
}

extension Member.Role {
    /// `{administrator: true}`, of which the templates make words.
    package var model: Model { .object([rawValue: true]) }
}
