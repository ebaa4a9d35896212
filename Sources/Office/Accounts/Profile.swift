// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

/// One's own account.
package struct ShowProfile: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/profile")
    package static let summary = "One's own account"
    package static let access = Permission.ownAccount

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MemberView> {
        let caller = call.caller
        let sessions = try SessionStore(caller.enterprise.id, tx).list(of: caller.member.id, at: call.now)
        return .show(MemberView(caller.member, sessions: sessions.map { MemberView.Device($0, here: caller.session) }))
    }

    package static func page(_ output: MemberView, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page?
    {
        let caller = call.caller
        let member = caller.member
        let moments = Moments(member.locale, now: call.now)
        let sessions = try SessionStore(caller.enterprise.id, tx).list(of: member.id, at: call.now).map {
            session -> Model in
            [
                "device": .text(session.device), "here": .flag(session.digest == caller.session),
                "time": .text(moments.clock(session.seenAt)), "datetime": .text(session.seenAt.rfc3339),
            ]
        }
        let chosenZone = call.typed("timeZone", in: "profile").first ?? member.timeZone
        return Page(
            "profile", verbatimTitle: member.name,
            [
                "email": .text(member.email), "sessions": .list(sessions),
                "timeZones": .list(TimeZones.all.map { $0.model(isSelected: $0.name == chosenZone, at: call.now) }),
                "forms": [
                    "profile": [
                        "name": ["value": .text(member.name)], "language": ["is": .object([member.language: true])],
                        "theme": ["is": .object([member.theme.rawValue: true])],
                    ]
                ],
            ])
    }
}

/// Changes how one sees the program.
package struct ChangeProfile: Action {
    package enum Language: String, Sendable, CaseIterable { case en, nl }

    package struct Input: FormInput {
        package let name: String
        package let language: Language
        package let timeZone: String
        package let theme: LocaleChoice.Theme

        package init(_ form: inout Form) {
            name = form.text("name", label: "Name", max: 200)
            language = form.choice("language", label: "Language")
            timeZone = form.text("timeZone", label: "Time zone", max: 60)
            theme = form.choice("theme", label: "Light or dark")
        }
    }

    package static let route = Route.post("/{enterprise}/profile")
    package static let summary = "Change one's name, language, time zone and theme"
    package static let access = Permission.ownAccount
    package static let retryForm: (any Action.Type)? = ShowProfile.self
    package static let formName = "profile"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<MemberView> {
        let members = MemberStore(call.caller.enterprise.id, tx)
        guard var member = try members.find(call.caller.member.id) else { throw Refusal.notFound }
        guard TimeZone(identifier: call.input.timeZone) != nil else { throw MemberRefusal.unknownTimeZone }
        let changes = FieldChange.among(
            ("name", member.name, call.input.name), ("language", member.language, call.input.language.rawValue),
            ("time zone", member.timeZone, call.input.timeZone), ("theme", member.theme.rawValue, call.input.theme.rawValue))
        member.name = call.input.name
        member.language = call.input.language.rawValue
        member.timeZone = call.input.timeZone
        member.theme = call.input.theme
        try members.save(member)
        if !changes.isEmpty { try call.desk(tx).record(ProfileChanged(changes: changes), on: member.id.uuid) }
        return .done(MemberView(member), goTo: "/\(call.caller.enterprise.slug)/profile", notice: "Saved.")
    }
}

/// Sets a new password for who knows the old one, and signs out everywhere else.
package struct ChangePassword: AsyncAction {
    package struct Input: FormInput {
        package let current: String
        package let new: String

        package init(_ form: inout Form) {
            current = form.secret("current", label: "The one you have")
            new = form.newPassword("new", label: "A new one")
        }
    }

    package static let route = Route.post("/{enterprise}/profile/password")
    package static let summary = "Change one's password"
    package static let access = Permission.ownAccount
    package static let limit: RateLimit? = RateLimit(10, per: .seconds(300))
    package static let retryForm: (any Action.Type)? = ShowProfile.self
    package static let formName = "password"

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<Nothing> {
        let (caller, passwords) = (call.caller, call.services.passwords)
        let scope = caller.enterprise.id
        // A program with a token has no password of its own to change.
        guard let session = caller.session else { throw Refusal.forbidden("Sign in with your password to change it.") }
        let old = try await database.read { tx in try MemberStore(scope, tx).password(of: caller.member.id) }
        guard try await passwords.verify(call.input.current, against: old, for: .known) else { throw MemberRefusal.wrongPassword }
        let new = try await passwords.hash(call.input.new)
        try await database.write { tx in
            try MemberStore(scope, tx).setPassword(new, of: caller.member.id)
            try call.desk(tx).record(PasswordChanged(name: caller.member.name), on: caller.member.id.uuid)
            try SessionStore(scope, tx).endAll(of: caller.member.id, but: session)
        }
        return .done(
            goTo: "/\(caller.enterprise.slug)/profile",
            notice: "The password is changed. You are signed out everywhere else.")
    }
}

extension Form {
    /// A password as one chooses it: at least 12 characters (NIST SP 800-63B asks for length, not for symbols).
    mutating func newPassword(_ name: String, label: Phrase) -> String {
        secret(name, label: label, min: 12, max: 200)
    }
}

/// A member as API clients see it.
package struct MemberView: Codable, Sendable {
    package let id: ID<Member>
    package let name: String
    package let email: String
    package let role: Member.Role
    package let language: String
    package let timeZone: String
    package let hasLeft: Bool
    /// Where the member is signed in; with one's own account only.
    package let sessions: [Device]?

    package struct Device: Codable, Sendable {
        /// What the browser is, as in "Firefox on Linux".
        package let device: String
        package let seenAt: Timestamp
        /// Whether it is the one that asks.
        package let isHere: Bool

        init(_ session: Session, here: [UInt8]?) {
            device = session.device
            seenAt = session.seenAt
            isHere = session.digest == here
        }
    }

    init(_ member: Member, sessions: [Device]? = nil) {
        self.sessions = sessions
        id = member.id
        name = member.name
        email = member.email
        role = member.role
        language = member.language
        timeZone = member.timeZone
        hasLeft = member.hasLeft
    }
}
