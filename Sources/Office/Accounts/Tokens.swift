// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// The API tokens that were not withdrawn.
package struct ListTokens: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/tokens")
    package static let summary = "The API tokens, those that have run out too"
    package static let access = Permission.tokensManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[TokenView]> {
        .show(try TokenStore(call.caller.enterprise, tx).list().map(TokenView.init))
    }

    package static func page(
        _ output: [TokenView], _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try page(call.caller, at: call.now, tx)
    }

    /// - Parameter newToken: a token to show, once.
    static func page(_ caller: StaffCaller, newToken: String? = nil, at now: Timestamp, _ tx: Transaction) throws
        -> Page
    {
        let moments = Moments(caller.locale, now: now)
        let path = "/\(caller.enterprise.slug)/tokens"
        let tokens = try TokenStore(caller.enterprise, tx).list().map { token -> Model in
            [
                "label": .text(token.label), "href": .text("\(path)/\(token.id)"), "role": token.role.model,
                "made": .text(moments.clock(token.madeAt)), "by": .text(token.madeBy),
                "expires": .text(token.expiresAt.map(moments.clock)),
                "ended": .flag(token.expiresAt.map { $0 <= now } ?? false), "lastUsed": .text(token.usedAt.map(moments.clock)),
            ]
        }
        return Page(
            "tokens", title: "API tokens",
            [
                "tokens": .list(tokens), "newToken": .text(newToken), "role": Member.Role.reader.model,
                "forms": ["token": ["lifetime": ["is": ["year": true]]]],
            ])
    }
}

package struct TokenView: Codable, Sendable {
    package let id: ID<APIToken>
    package let label: String
    package let role: Member.Role
    package let madeBy: String
    package let madeAt: Timestamp
    /// When it stops working; `nil` never.
    package let expiresAt: Timestamp?
    package let usedAt: Timestamp?

    init(_ token: APIToken) {
        id = token.id
        label = token.label
        role = token.role
        madeBy = token.madeBy
        madeAt = token.madeAt
        expiresAt = token.expiresAt
        usedAt = token.usedAt
    }
}

/// Makes an API token. Its text is in the answer, and nowhere else.
package struct MakeToken: Action {
    package struct Input: FormInput {
        package let label: String
        package let role: Member.Role
        package let lifetime: TokenLifetime

        package init(_ form: inout Form) {
            label = form.text("label", label: "What is it for?", max: 200)
            role = form.choice("role", label: "It may do what this role may")
            lifetime = form.choice("lifetime", label: "How long does it work?", default: .year)
        }
    }

    package struct Made: Codable, Sendable {
        package let token: String
        /// When it stops working; `nil` never.
        package let expiresAt: Timestamp?
    }

    package static let route = Route.post("/{enterprise}/tokens")
    package static let summary = "Make an API token; the answer is the only place that shows it"
    package static let access = Permission.tokensManage
    package static let retryForm: (any Action.Type)? = ListTokens.self
    package static let formName = "token"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Made> {
        let caller = call.caller
        let token = try TokenStore(caller.enterprise, tx).make(
            call.input.label, role: call.input.role, for: call.input.lifetime, of: caller.member.id, by: call.desk(tx).hand)
        return .show(Made(token: token, expiresAt: call.input.lifetime.end(from: call.now)))
    }

    package static func page(_ output: Made, _ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Page? {
        try ListTokens.page(call.caller, newToken: output.token, at: call.now, tx)
    }
}

/// Ends an API token at once.
package struct WithdrawToken: Action {
    package struct Input: FormInput {
        package let token: ID<APIToken>

        package init(_ form: inout Form) { token = form.path("token") }
    }

    package static let route = Route.post("/{enterprise}/tokens/{token}/withdrawal")
    package static let summary = "Withdraw an API token"
    package static let access = Permission.tokensManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let label = try TokenStore(call.caller.enterprise, tx).withdraw(call.input.token, at: call.now)
        try call.desk(tx).record(TokenWithdrawn(label: label), on: call.input.token.uuid)
        return .done(
            goTo: "/\(call.caller.enterprise.slug)/tokens",
            notice: "The token is withdrawn. Programs that use it stop working now.")
    }
}

extension TokenStore {
    /// Makes a token, which the log keeps, and returns its text, which cannot be read again.
    package func make(
        _ label: String, role: Member.Role, for lifetime: TokenLifetime, of member: ID<Member>, by hand: Hand
    ) throws -> String {
        let id = ID<APIToken>()
        try EventLog(enterprise.id, tx).record(
            TokenMade(label: label, role: role, lifetime: lifetime), on: id.uuid, by: hand)
        return try make(label, id: id, role: role, for: lifetime, by: member, at: hand.now)
    }
}
