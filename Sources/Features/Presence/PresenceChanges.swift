// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Office
import Storage
import Web

/// Who looks at a case, or writes in it, which changes nothing of the case itself.
enum PresenceChanges {
    static let source = LiveSource("case", revisions)

    @Sendable private static func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        typealias Who = (enterprise: ID<Enterprise>, item: ID<Case>, member: ID<Member>, isTyping: Bool)
        let scope: SQL = "enterprise IN (\(SQL.filledList(Set(topics.map(\.ids[0])))))"
        let present: [Who] = try tx.all(
            """
            SELECT enterprise, case_id, member, is_typing FROM presence
            WHERE \(scope) AND case_id IN (\(SQL.filledList(topics.map(\.ids[1]))))
                AND seen_at > \(tx.startedAt - Int(Presence.lasts / 1000))
            ORDER BY member
            """
        ) { try ($0.next(), $0.next(), $0.next(), $0.next()) }
        return present.reduce(into: [:]) { revisions, one in
            var digest = Live.Digest(revisions[.case(one.item, of: one.enterprise)])
            withUnsafeBytes(of: one.member.uuid.uuid) { $0.forEach { digest.add(UInt64($0)) } }
            digest.add(one.isTyping ? 1 : 0)
            revisions[.case(one.item, of: one.enterprise)] = digest.value
        }
    }
}
