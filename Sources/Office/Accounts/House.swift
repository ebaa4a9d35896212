// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Storage
import Web

/// Enterprises, their members, teams and programs.
package enum House: Feature {
    package static var migrations: [Migration] {
        [Jobs.migration] + Site.migrations + EnterpriseSchema.migrations + EventSchema.migrations + MemberSchema.migrations
            + Subscription.migrations + NoticeSchema.migrations
    }

    package static let actions: [any Operation.Type] = [
        ShowHome.self, ShowFront.self, ShowFirstRun.self, FirstRun.self, ShowSignIn.self, SignIn.self, SignOut.self,
        SignOutEverywhere.self, ShowProfile.self, ChangeProfile.self, ChangePassword.self, ListMembers.self, AddMember.self,
        ResetPassword.self, ChangeRole.self, CloseAccount.self, ReopenAccount.self, ListTeams.self, AddTeam.self,
        JoinTeam.self, LeaveTeam.self, ListTokens.self, MakeToken.self, WithdrawToken.self,
    ]

    package static let events: [any EventPayload.Type] = [
        MemberAdded.self, RoleChanged.self, AccountClosed.self, AccountReopened.self, PasswordChanged.self, ProfileChanged.self,
        SignedIn.self, TeamAdded.self, TeamJoined.self, TeamLeft.self, TokenMade.self, TokenWithdrawn.self,
        EnterpriseFounded.self, SettingsChanged.self, FeaturesSwitched.self,
    ]

    package static let clocks = [
        Clockwork("Taking what was replaced out of the files", every: .seconds(3600)) { works in
            // PostgreSQL cleans up by itself.
            if works.database.engine == .sqlite { try await works.database.scrub() }
        },
        Clockwork("Forgetting kept answers and limits", every: .seconds(600)) { works in try await Site.sweep(works.database) },
        Clockwork("Refreshing the database's statistics", first: .seconds(20), every: .seconds(86_400)) { works in
            try await works.database.refreshStatistics()
        },
    ]

    package static func services(_ works: Works) -> [any Service] { [Subscribing(works.kernel, works.database, logger: works.logger)] }

    package static let subjects = [
        SubjectSort("member") { ids, desk in
            let root = "/\(desk.enterprise.slug)/members"
            return try desk.members.names(of: ids.map(ID.init)).reduce(into: [:]) { $0[$1.key.uuid] = .init($1.value, href: root) }
        },
        SubjectSort("team") { ids, desk in
            let root = "/\(desk.enterprise.slug)/teams"
            return try ids.reduce(into: [:]) { labels, id in
                labels[id] = try desk.teams.find(ID(id)).map { .init($0.name, href: root) }
            }
        },
        SubjectSort("enterprise") { ids, desk in
            let label = SubjectSort.Label(desk.enterprise.name, href: "/\(desk.enterprise.slug)/settings")
            return Dictionary(ids.map { ($0, label) }, uniquingKeysWith: { first, _ in first })
        },
    ]

    package static let menu = [
        Place(.house, 1, "Members", "members", for: .membersManage), Place(.house, 2, "Teams", "teams", for: .membersManage),
        Place(.house, 3, "API tokens", "tokens", for: .tokensManage),
    ]

    package static let abilities: [String: Permission] = ["manageMembers": .membersManage]
}
