// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The companies that one works with: inviting them, the contract with each, and how the link is getting on.
package enum Partners: RunningFeature {
    package static let scenes = [DemoLinks.scene]
    package static let running = [DeliveriesAtWork.section]
    package static let sections: [any PagePart] = [IdentityView.section]
    package static let actions: [any Operation.Type] = [
        ListLinks.self, NewInvitation.self, InviteCompany.self, ShowInvitation.self, WithdrawInvitation.self,
        NewLink.self, OpenInvitation.self, AcceptInvitation.self, ShowLink.self, ConfirmLink.self, RefuseLink.self,
        SuspendLink.self, ResumeLink.self, CloseLink.self, AgreeToName.self, ProposeContract.self, AgreeToContract.self,
        DeclineContract.self, SendDeadLetterAgain.self, ShowInvitationDoor.self,
    ]
    package static let streams: [any StreamAction.Type] = [FollowLinks.self]
    package static let menu = [Place(.network, 1, "Partners", "links", for: .linksManage)]
    package static let abilities: [String: Permission] = ["administer": .linksManage]
}
