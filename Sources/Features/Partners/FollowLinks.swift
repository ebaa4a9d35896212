// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Changes of links and invitations, for staff.
package struct FollowLinks: StreamAction {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/links/live")
    package static let summary = "Server-sent events: a link or an invitation has changed"
    package static let access = Permission.linksRead

    package static func topics(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        [.links(of: call.caller.enterprise.id)]
    }
}

extension Desk {
    /// The stream that pages about links listen to.
    var linkStream: Model { .text("/\(enterprise.slug)/links/live") }

    /// Tells open pages at once what was changed here; what a peer did, they see within a second.
    func announceLinks() {
        let (announce, topic) = (kernel.announce, Live.Topic.links(of: scope))
        tx.afterCommit { announce(topic) }
    }
}
