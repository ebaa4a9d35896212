// SPDX-License-Identifier: Apache-2.0
import Storage
import Synchronization
import Web

/// The page that sets up a node without an enterprise. Its address holds the code that the server printed at start.
package struct ShowFirstRun: Action {
    package struct Input: FormInput {
        package let key: String

        package init(_ form: inout Form) { key = form.query("key") ?? "" }
    }

    package static let route = Route.get("/first-run")
    package static let summary = "The page that sets up a new node"
    package static let access = Anyone.Requirement.open(
        because: "nobody exists yet; the code in its address is the key")

    package static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        try SetUp.check(call.typed("key", in: "firstRun").first ?? call.input.key, call.services, tx)
        return .show(Nothing())
    }

    package static func page(_ output: Nothing, _ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Page? {
        let chosen = call.typed("colour", in: "firstRun").first ?? "1"
        return Page(
            "first-run", title: "Welcome", layout: .bare,
            [
                "origin": .text(call.origin.url), "forms": ["firstRun": ["key": ["value": .text(call.input.key)]]],
                "colours": .list((1...12).map { ["value": .number($0), "selected": .flag("\($0)" == chosen)] }),
            ])
    }
}

/// Creates the first enterprise and its administrator, and signs them in.
package struct FirstRun: AsyncAction {
    package struct Input: FormInput {
        package let key: String
        package let draft: EnterpriseDraft
        package let member: String
        package let email: String
        package let password: String

        package init(_ form: inout Form) {
            key = form.text("key", label: "Set-up code", max: 100)
            draft = EnterpriseDraft(&form)
            member = form.text("member", label: "Your name", max: 200)
            email = form.email("email", label: "E-mail")
            password = form.newPassword("password", label: "Password")
        }
    }

    package static let route = Route.post("/first-run")
    package static let summary = "Create the first enterprise and its administrator"
    package static let gives = Gives.creation
    package static let access = Anyone.Requirement.open(because: "nobody exists yet; the set-up code is the key")
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(300))
    package static let retryForm: (any Action.Type)? = ShowFirstRun.self

    package static func run(_ call: Call<Anyone, Input>, _ database: Database) async throws -> Reply<EnterpriseView> {
        let input = call.input
        try await database.read { tx in try SetUp.check(input.key, call.services, tx) }
        let hash = try await call.services.passwords.hash(input.password)
        let (enterprise, token) = try await database.write { tx in
            try SetUp.check(input.key, call.services, tx)
            let founder = ID<Member>()
            let hand = Hand(.member(founder, name: input.member), at: call.now)
            let enterprise = try input.draft.create(
                call.services.kernel, tx, timeZone: call.credentials.locale.timeZone, by: hand)
            let member = Member(
                id: founder, email: input.email, name: input.member, role: .administrator,
                language: call.caller.locale.language, timeZone: enterprise.timeZone)
            try MemberStore(enterprise.id, tx).add(member, password: hash, by: hand)
            let device = Device.name(of: call.credentials.userAgent)
            return (enterprise, try SessionStore(enterprise.id, tx).start(member.id, device: device, at: call.now))
        }
        return .created(
            EnterpriseView(enterprise), at: "/\(enterprise.slug)/today", notice: "Welcome to \(enterprise.name)."
        )
        .setting(enterprise.sessionCookie(token))
    }
}

/// The code that lets somebody set up a node that has no enterprise.
package struct SetUp: Sendable {
    /// 256 bits, made at start and printed for who started the server.
    package let code: String

    package init() { code = RandomToken().text }

    static func check(_ code: String, _ services: Services, _ tx: Transaction) throws {
        guard try EnterpriseStore(tx).all().isEmpty else { throw Refusal.notFound }
        // Digests are compared, so that the time it takes tells nothing of the code.
        guard RandomToken.digest(of: code) == RandomToken.digest(of: services.setUp.code) else {
            throw Refusal.forbidden(
                "Open the address that the server printed when it started; it holds the set-up code.")
        }
    }
}

private enum SetUpKey: ServiceKey { static let defaultValue = SetUp() }

extension Services {
    package var setUp: SetUp {
        get { self[SetUpKey.self] }
        set { self[SetUpKey.self] = newValue }
    }
}
