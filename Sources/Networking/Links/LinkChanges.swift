// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

extension Live.Topic {
    /// The links and invitations of an enterprise.
    package static func links(of enterprise: ID<Enterprise>) -> Live.Topic { Live.Topic("links", enterprise.uuid) }
}

/// Whether a link, an invitation or the reach of a peer has changed.
enum LinkChanges {
    static let source = LiveSource("links", revisions)

    /// Sums, because the newest time of all does not tell of a change that commits after a later one.
    @Sendable private static func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        let scope: SQL = "enterprise IN (\(SQL.filledList(topics.map { ID<Enterprise>($0.ids[0]) })))"
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
        let none = Dictionary(uniqueKeysWithValues: topics.map { ($0, Int64(0)) })
        return sums.reduce(into: none) { $0[.links(of: $1.0)] = $1.1 }
    }
}
