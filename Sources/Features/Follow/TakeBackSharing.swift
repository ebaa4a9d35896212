// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Networking
import Storage
import Web

/// A customer takes back the sharing of their name and contact, from one company or from all.
package struct TakeBackSharing: Action {
    package struct Input: FormInput {
        let link: ID<Link>?

        package init(_ form: inout Form) {
            _ = form.path("token")
            link = form.optionalID("link", label: "Company")
        }
    }

    package static let route = Route.post("/{enterprise}/follow/{token}/sharing")
    package static let summary = "Take back the sharing of one's name and contact"
    package static let access = Follower.Requirement.theirOwnCase
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60), isShared: true)
    package static let retryForm: (any Action.Type)? = FollowSharing.self
    package static let formName = "sharing"

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        try desk.change(call.caller.caseID) {
            try desk.revokeContact(of: &$0, telling: call.input.link, because: "the customer took it back")
        }
        return .done(
            goTo: call.caller.href + "/sharing", notice: "Taken back. They are asked to delete it.")
    }
}
