// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// The page that asks who you are.
package struct ShowSignIn: Action {
    package struct Input: FormInput {
        /// Where the visitor wanted to go.
        package let to: String?

        package init(_ form: inout Form) { to = form.query("to", max: 2000) }
    }

    package static let route = Route.get("/{enterprise}/sign-in")
    package static let summary = "The sign-in page"
    package static let access = Anyone.Requirement.open(because: "nobody is signed in yet")

    package static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<EnterpriseView> {
        .show(EnterpriseView(try call.desk(tx).enterprise))
    }

    package static func page(_ output: EnterpriseView, _ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Page? {
        let enterprise = try call.desk(tx).enterprise
        let returnTo = call.typed("returnTo", in: "signIn").first ?? call.input.to
        return Page(
            "sign-in", title: "Sign in", layout: .bare,
            ["enterprise": enterprise.model, "returnTo": .text(returnTo.flatMap { SignIn.safe($0, at: enterprise) })])
    }
}

/// Starts a session for who knows the password. An unknown address costs the same time and gets the same words.
package struct SignIn: AsyncAction {
    package struct Input: FormInput {
        package let email: String
        package let password: String
        let returnTo: String?

        package init(_ form: inout Form) {
            email = form.email("email", label: "E-mail")
            password = form.secret("password", label: "Password")
            returnTo = form.optionalText("returnTo", max: 2000)
        }
    }

    package static let route = Route.post("/{enterprise}/sign-in")
    package static let summary = "Sign in with e-mail and password"
    package static let access = Anyone.Requirement.open(because: "nobody is signed in yet")
    // Against floods only: `SignInLimits` counts attempts.
    package static let limit: RateLimit? = RateLimit(300, per: .seconds(900))
    package static let retryForm: (any Action.Type)? = ShowSignIn.self

    package static func run(_ call: Call<Anyone, Input>, _ database: Database) async throws -> Reply<Nothing> {
        let input = call.input
        let (enterprise, member, hash, device) = try await database.read { tx in
            let enterprise = try call.desk(tx).enterprise
            let members = MemberStore(enterprise.id, tx)
            let member = try members.find(email: input.email)
            let token = call.credentials.cookies[enterprise.deviceCookie]
            let isKnown = try member.map { try KnownDevices(enterprise, tx).knows(token, of: $0.id, at: call.now) }
            return (
                enterprise, member, try member.flatMap { try members.password(of: $0.id) }, isKnown == true ? token : nil
            )
        }
        let client = call.credentials.client
        try await SignInLimits.take(input.email, at: enterprise, from: client, device: device, database)
        let isRight = try await call.services.passwords.verify(
            input.password, against: hash,
            for: device == nil
                ? .stranger(account: "\(enterprise.id) \(input.email.lowercased())", address: client) : .known)
        guard isRight, let member else { throw SignInRefused() }
        let (session, token) = try await database.write { tx in
            let device = call.credentials.cookies[enterprise.deviceCookie]
            let name = Device.name(of: call.credentials.userAgent)
            try EventLog(enterprise.id, tx).record(
                SignedIn(device: name), on: member.id.uuid,
                by: Hand(.member(member.id, name: member.name), at: call.now))
            return (
                try SessionStore(enterprise.id, tx).start(member.id, device: name, at: call.now),
                try KnownDevices(enterprise, tx).remember(device, for: member.id, at: call.now)
            )
        }
        let start = "/\(enterprise.slug)/today"
        return .done(goTo: input.returnTo.flatMap { safe($0, at: enterprise) } ?? start)
            .setting(enterprise.sessionCookie(session))
            .setting(SetCookie(enterprise.deviceCookie, token, maxAge: KnownDevices.lifetime))
    }

    /// A path within this enterprise, so that no link can lead elsewhere after signing in.
    static func safe(_ path: String, at enterprise: Enterprise) -> String? {
        let isOurs = path.hasPrefix("/\(enterprise.slug)/") && !path.hasPrefix("/\(enterprise.slug)/sign-in")
        return isOurs ? LocalPath(path)?.text : nil
    }
}

/// Says no without saying which half was wrong.
private struct SignInRefused: Problem {
    var status: Int { 422 }
    var type: String { "sign-in-refused" }
    var title: Phrase { "You are not signed in" }
    var detail: Phrase {
        "That e-mail and password do not belong together. Check both, or ask your administrator."
    }
    var errors: [FieldError] { [FieldError("form", detail)] }
}

extension Enterprise {
    func sessionCookie(_ token: RandomToken) -> SetCookie {
        SetCookie(StaffCaller.cookie(of: slug), token.text, maxAge: SessionStore.lifetime)
    }
}

private enum PasswordsKey: ServiceKey { static let defaultValue = Passwords() }

extension Services {
    /// How passwords are hashed; tests make it cheap.
    package var passwords: Passwords {
        get { self[PasswordsKey.self] }
        set { self[PasswordsKey.self] = newValue }
    }
}

/// A few words for a browser, so that a member recognises a session.
enum Device {
    static func name(of userAgent: String) -> String {
        let browsers = ["Firefox": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome": "Chrome", "Safari": "Safari"]
        let order = ["Firefox", "Edg/", "OPR/", "Chrome", "Safari"]
        let systems = [
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ]
        let browser = order.first { userAgent.contains($0) }.flatMap { browsers[$0] } ?? "Browser"
        let system = systems.first { userAgent.contains($0.0) }?.1
        return system.map { "\(browser) on \($0)" } ?? browser
    }
}
