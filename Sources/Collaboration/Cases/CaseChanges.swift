// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

extension Live.Topic {
    package static func `case`(_ id: ID<Case>, of enterprise: ID<Enterprise>) -> Live.Topic {
        Live.Topic("case", enterprise.uuid, id.uuid)
    }

    /// Any case of an enterprise.
    package static func cases(of enterprise: ID<Enterprise>) -> Live.Topic { Live.Topic("cases", enterprise.uuid) }
}

/// Whether any case of an enterprise has changed.
enum CaseListChanges {
    static let source = LiveSource("cases", revisions)

    @Sendable private static func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        let places = try LogOrder.newest(about: "case", of: Set(topics.map { ID($0.ids[0]) }), tx)
        return topics.reduce(into: [:]) { $0[$1] = places[ID($1.ids[0])] ?? 0 }
    }
}

/// Whether one case has changed.
enum CaseChanges {
    static let source = LiveSource("case", revisions)

    @Sendable private static func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        let scope: SQL = "enterprise IN (\(SQL.filledList(Set(topics.map(\.ids[0])))))"
        let found: [(ID<Enterprise>, ID<Case>, Int64)] = try tx.all(
            "SELECT enterprise, id, revision FROM cases WHERE \(scope) AND id IN (\(SQL.filledList(topics.map(\.ids[1]))))"
        ) { try ($0.next(), $0.next(), $0.next()) }
        return found.reduce(into: [:]) { $0[.case($1.1, of: $1.0)] = $1.2 }
    }
}
