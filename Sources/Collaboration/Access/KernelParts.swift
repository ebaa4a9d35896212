// SPDX-License-Identifier: Apache-2.0
import class Foundation.Bundle
import Storage
import Web

/// What the kernel brings to a node: its tables, its actions, its pages.
package enum KernelParts {
    /// In the order in which tables refer to each other.
    package static var migrations: [Migration] {
        [Jobs.migration] + Site.migrations + EnterpriseSchema.migrations + EventSchema.migrations + MemberSchema.migrations
            + CustomerSchema.migrations + LinkSchema.migrations + CaseSchema.migrations + MessageSchema.migrations
            + AttachmentSchema.migrations + HandoverSchema.migrations + PresenceSchema.migrations
            + ErasureSchema.migrations
    }

    package static var actions: [any Operation.Type] { publicActions + caseActions + otherActions + MemberActions.all + LinkActions.all }

    package static let streams: [any StreamAction.Type] = [FollowCases.self, FollowOwnCase.self, FollowLinks.self]

    /// Templates and translations.
    package static var pages: Bundle { .module }

    private static let publicActions: [any Operation.Type] = [
        ShowHome.self, ShowFront.self, FollowCase.self, AddToCase.self, RequestCall.self, FollowSharing.self,
        TakeBackSharing.self, DownloadOwnFile.self, ErasurePage.self, AskErasure.self,
    ]

    private static let caseActions: [any Operation.Type] = [
        ListCases.self, NewCase.self, OpenCaseByHand.self, ShowCase.self, TriageCase.self, WatchCase.self,
        WriteMessage.self, DownloadFile.self, FetchFileAgain.self, TellPresence.self, OfferHandover.self, AcceptHandover.self,
        RefuseHandover.self, WithdrawHandover.self, AnswerHandover.self, ReturnHandover.self, FindHandover.self,
    ]

    private static let otherActions: [any Operation.Type] = [
        ShowToday.self, Search.self, ListCustomers.self, ShowCustomer.self, EditCustomer.self, AddContactPoint.self,
        RemoveContactPoint.self, DecideErasure.self, DecideErasureOfCase.self,
        ShowSettings.self, ChangeSettings.self,
    ]
}
