// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

// The subject is the member.

package struct MemberAdded: EventPayload {
    package static let type = "member.added"
    package static let subject = "member"
    package let name: String
    package let email: String
    package let role: Member.Role

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) let \(name) in (\(role.told))" }
}

package struct RoleChanged: EventPayload {
    package static let type = "member.roleChanged"
    package static let subject = "member"
    package let name: String
    package let from: Member.Role
    package let to: Member.Role

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) changed the role of \(name): \(from.told) → \(to.told)"
    }
}

package struct AccountClosed: EventPayload {
    package static let type = "member.left"
    package static let subject = "member"
    package let name: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) closed the account of \(name)" }
}

package struct AccountReopened: EventPayload {
    package static let type = "member.returned"
    package static let subject = "member"
    package let name: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) opened the account of \(name) again"
    }
}

package struct PasswordChanged: EventPayload {
    package static let type = "member.passwordChanged"
    package static let subject = "member"
    package let name: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) set a new password for \(name)" }
}

package struct ProfileChanged: EventPayload {
    package static let type = "member.changed"
    package static let subject = "member"
    package let changes: [FieldChange]

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) changed their profile · \(changes.told)"
    }
}

package struct SignedIn: EventPayload {
    package static let type = "member.signedIn"
    package static let subject = "member"
    package let device: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) signed in · \(device)" }
}

// The subject is the team.

package struct TeamAdded: EventPayload {
    package static let type = "team.added"
    package static let subject = "team"
    package let name: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) made the team \(name)" }
}

/// The object is the member.
package struct TeamJoined: EventPayload {
    package static let type = "team.joined"
    package static let subject = "team"
    package let team: String
    package let member: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) put \(member) on the team \(team)"
    }
}

/// The object is the member.
package struct TeamLeft: EventPayload {
    package static let type = "team.left"
    package static let subject = "team"
    package let team: String
    package let member: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) took \(member) off the team \(team)"
    }
}

// The subject is the token.

package struct TokenMade: EventPayload {
    package static let type = "token.made"
    package static let subject = "token"
    package let label: String
    package let role: Member.Role
    package let lifetime: TokenLifetime

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) made the API token “\(label)” (\(role.told))"
    }
}

package struct TokenWithdrawn: EventPayload {
    package static let type = "token.withdrawn"
    package static let subject = "token"
    package let label: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) withdrew the API token “\(label)”"
    }
}

// The subject is the enterprise.

package struct EnterpriseFounded: EventPayload {
    package static let type = "enterprise.founded"
    package static let subject = "enterprise"
    package let name: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) founded \(name)" }
}

package struct SettingsChanged: EventPayload {
    package static let type = "settings.changed"
    package static let subject = "enterprise"
    package let changes: [FieldChange]

    package init(changes: [FieldChange]) { self.changes = changes }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) changed the settings · \(changes.told)"
    }
}

package struct FeaturesSwitched: EventPayload {
    package static let type = "settings.featuresSwitched"
    package static let subject = "enterprise"
    package let on: [String]
    package let off: [String]

    package init(on: [String], off: [String]) { (self.on, self.off) = (on, off) }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        let (gained, lost) = (on.joined(separator: ", "), off.joined(separator: ", "))
        return off.isEmpty
            ? "\(event.actorName) switched on \(gained)"
            : on.isEmpty
                ? "\(event.actorName) switched off \(lost)" : "\(event.actorName) switched on \(gained), and off \(lost)"
    }
}

extension Member.Role {
    fileprivate var told: Phrase { Phrase(stringLiteral: rawValue) }
}
