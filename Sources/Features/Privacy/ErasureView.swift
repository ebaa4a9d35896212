// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage

/// A wish to be forgotten and what became of it, as API clients see it.
package struct ErasureView: Codable, Sendable {
    package let id: ID<Erasure>
    package let cause: Erasure.Cause
    package let state: Erasure.State
    package let askedAt: Timestamp
    /// By when it is to be answered.
    package let due: Timestamp
    package let ground: String?
    package let reason: String
    package let decidedAt: Timestamp?
    /// When it was taken out of the database's files too; until then «erased» is not told to anybody else.
    package let cleanedAt: Timestamp?
    /// Those who were asked in turn, and what they answered.
    package let companies: [Erasure.Outcome]
    /// Companies further on, as those told us.
    package let beyond: [Erasure.Outcome]

    package init(_ erasure: Erasure, _ desk: Desk) throws { self.init(erasure, try desk.erasures.requests(of: erasure.id)) }

    package static func all(_ erasures: [Erasure], _ desk: Desk) throws -> [ErasureView] {
        let requests = Dictionary(grouping: try desk.erasures.requests(of: erasures), by: \.erasure)
        return erasures.map { ErasureView($0, requests[$0.id] ?? []) }
    }

    private init(_ erasure: Erasure, _ requests: [Erasure.Request]) {
        id = erasure.id
        cause = erasure.cause
        state = erasure.state
        askedAt = erasure.askedAt
        due = erasure.due
        ground = erasure.ground
        reason = erasure.reason
        decidedAt = erasure.decidedAt
        cleanedAt = erasure.cleanedAt
        companies = requests.byCompany.map(\.outcome)
        beyond = requests.beyond
    }
}
