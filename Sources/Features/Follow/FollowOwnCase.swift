// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Storage
import Web

/// Changes of a customer's own case.
package struct FollowOwnCase: StreamAction {
    package typealias Input = OwnInput

    package static let route = Route.get("/{enterprise}/follow/{token}/live")
    package static let summary = "Server-sent events: one's own case has changed"
    package static let access = Follower.Requirement.theirOwnCase

    package static func topics(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        [.case(call.caller.caseID, of: call.caller.enterprise.id)]
    }
}
