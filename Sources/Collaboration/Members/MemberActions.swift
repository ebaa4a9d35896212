// SPDX-License-Identifier: Apache-2.0
import Web

package enum MemberActions {
    package static let all: [any Operation.Type] = [
        ShowFirstRun.self, FirstRun.self, ShowSignIn.self, SignIn.self, SignOut.self, SignOutEverywhere.self,
        ShowProfile.self, ChangeProfile.self, ChangePassword.self, ListMembers.self, AddMember.self,
        ResetPassword.self, ChangeRole.self, CloseAccount.self, ReopenAccount.self, ListTeams.self, AddTeam.self,
        JoinTeam.self, LeaveTeam.self, ListTokens.self, MakeToken.self, WithdrawToken.self,
    ]
}
