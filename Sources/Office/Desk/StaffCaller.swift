// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A member who is signed in, or a program with an API token, who has the permission that the action needs.
package struct StaffCaller: Caller {
    package let enterprise: Enterprise
    /// For a program: who made its token, with the token's role.
    package let member: Member
    /// For a program: what its token is for.
    package let program: String?
    /// For a program: the present role of who made its token, which it can never exceed.
    let makerRole: Member.Role
    /// The session's digest; `nil` for a program.
    package let session: [UInt8]?
    /// The program's token; `nil` for a person.
    package let token: ID<APIToken>?

    package var principal: String { token.map { "token \($0)" } ?? "member \(member.id)" }

    package var locale: LocaleChoice { member.locale }

    package func may(_ permission: Permission) -> Bool {
        permission.isIncluded(in: roles)
    }

    /// All of them must include what the caller does.
    var roles: Set<Member.Role> { [member.role, makerRole] }

    /// The cookie of an enterprise's sessions, so that one browser can be signed in to several on one node.
    package static func cookie(of slug: String) -> String { "entente-\(slug)" }

    package static func identify(
        _ credentials: Credentials, meeting permission: Permission, _ tx: Transaction
    ) throws -> StaffCaller {
        let slug = credentials.path["enterprise"] ?? ""
        guard let enterprise = try EnterpriseStore(tx).find(slug: slug) else { throw Refusal.notFound }
        guard let caller = try caller(credentials, enterprise, tx) else {
            throw credentials.bearer == nil ? Refusal.signIn(at: "/\(slug)/sign-in") : Refusal.badToken
        }
        // A program has no account of its own: it may read its maker's, and change nothing of it.
        let isForeignAccount = caller.session == nil && permission == .ownAccount && credentials.mayWrite
        guard caller.may(permission), !isForeignAccount else {
            throw Refusal.forbidden("Your role does not include this. Ask an administrator of \(enterprise.name).")
        }
        return caller
    }

    /// How old the last trace of a caller gets before it is renewed; only requests that write leave one.
    private static let traceAge = 60

    private static func caller(
        _ credentials: Credentials, _ enterprise: Enterprise, _ tx: Transaction
    ) throws -> StaffCaller? {
        let stale = credentials.now - traceAge
        if let bearer = credentials.bearer {
            let tokens = TokenStore(enterprise, tx)
            guard let token = try tokens.find(bearer, at: credentials.now) else { return nil }
            if credentials.mayWrite, token.usedAt ?? .distantPast < stale {
                try tokens.touch(token.id, at: credentials.now)
            }
            return StaffCaller(
                enterprise: enterprise, member: token.member, program: token.label, makerRole: token.makerRole, session: nil,
                token: token.id)
        }
        guard let token = credentials.cookies[cookie(of: enterprise.slug)] else { return nil }
        let (sessions, digest) = (SessionStore(enterprise.id, tx), RandomToken.digest(of: token))
        guard let session = try sessions.find(digest, at: credentials.now) else { return nil }
        if credentials.mayWrite, session.seenAt < stale { try sessions.touch(digest, at: credentials.now) }
        return StaffCaller(
            enterprise: enterprise, member: session.member, program: nil, makerRole: session.member.role, session: digest,
            token: nil)
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(milliseconds: 0)
}
