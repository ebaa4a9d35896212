// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Signs out of this browser.
package struct SignOut: Action {
    package typealias Input = NoInput

    package static let route = Route.post("/{enterprise}/sign-out")
    package static let summary = "Sign out"
    package static let access = Permission.ownAccount

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let caller = call.caller
        if let session = caller.session { try SessionStore(caller.enterprise.id, tx).end(session) }
        return .signedOut(of: caller.enterprise, notice: "You are signed out.")
    }
}

/// Ends all of one's sessions, this one too.
package struct SignOutEverywhere: Action {
    package typealias Input = NoInput

    package static let route = Route.post("/{enterprise}/profile/sessions")
    package static let summary = "Sign out everywhere"
    package static let access = Permission.ownAccount

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let caller = call.caller
        try SessionStore(caller.enterprise.id, tx).endAll(of: caller.member.id)
        try KnownDevices(caller.enterprise, tx).forget(caller.member.id)
        return .signedOut(of: caller.enterprise, notice: "You are signed out everywhere.")
    }
}

extension Reply where Output == Nothing {
    fileprivate static func signedOut(of enterprise: Enterprise, notice: Phrase) -> Reply {
        .done(goTo: "/\(enterprise.slug)/sign-in", notice: notice)
            .setting(.clearing(StaffCaller.cookie(of: enterprise.slug))).clearingCache()
    }
}
