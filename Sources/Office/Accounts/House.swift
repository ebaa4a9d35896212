// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Enterprises, their members, teams and programs.
package enum House: Feature {
    package static var migrations: [Migration] {
        [Jobs.migration] + Site.migrations + EnterpriseSchema.migrations + EventSchema.migrations + MemberSchema.migrations
            + Subscription.migrations
    }

    package static let actions: [any Operation.Type] = [
        ShowHome.self, ShowFront.self, ShowFirstRun.self, FirstRun.self, ShowSignIn.self, SignIn.self, SignOut.self,
        SignOutEverywhere.self, ShowProfile.self, ChangeProfile.self, ChangePassword.self, ListMembers.self, AddMember.self,
        ResetPassword.self, ChangeRole.self, CloseAccount.self, ReopenAccount.self, ListTeams.self, AddTeam.self,
        JoinTeam.self, LeaveTeam.self, ListTokens.self, MakeToken.self, WithdrawToken.self,
    ]

    package static let menu = [
        Place(.house, 1, "Members", "members", for: .membersManage), Place(.house, 2, "Teams", "teams", for: .membersManage),
        Place(.house, 3, "API tokens", "tokens", for: .tokensManage),
    ]
}
