// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// The customer's own page.
package enum Following: PersonalDataFeature {
    package static let actions: [any Operation.Type] = [
        FollowCase.self, AddToCase.self, RequestCall.self, FollowSharing.self, TakeBackSharing.self, DownloadOwnFile.self,
    ]
    package static let events: [any EventPayload.Type] = [CallRequested.self]
    package static let personalData: [any PersonalData.Type] = [CallData.self]
    package static let streams: [any StreamAction.Type] = [FollowOwnCase.self]
}
