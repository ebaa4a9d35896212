// SPDX-License-Identifier: Apache-2.0
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

extension LinkStore {
    /// Numbers that are others when a link, an invitation or the reach of a peer has changed. Sums, because the newest time
    /// of all does not tell of a change that commits after a later one.
    static func revisions(of enterprises: Set<ID<Enterprise>>, _ tx: Transaction) throws -> [ID<Enterprise>: Int64] {
        let scope: SQL = "enterprise IN (\(SQL.filledList(enterprises)))"
        let sums: [(ID<Enterprise>, Int64)] = try tx.all(
            """
            SELECT enterprise, CAST(SUM(change) AS BIGINT) FROM (
                SELECT enterprise, changed_at + COALESCE(checked_at, 0) AS change FROM links WHERE \(scope)
                UNION ALL
                SELECT enterprise, created_at + COALESCE(accepted_at, 0) + COALESCE(withdrawn_at, 0)
                FROM invitations WHERE \(scope)
                UNION ALL SELECT enterprise, failures FROM destinations WHERE \(scope)
            ) AS changes GROUP BY enterprise
            """
        ) { try ($0.next(), $0.next()) }
        return Dictionary(sums, uniquingKeysWith: { first, _ in first })
    }
}
