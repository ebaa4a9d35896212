// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    /// Requests of ours that became dead letters and were not answered: an older program refused them, or the company
    /// could not be reached for a week. Whoever waits behind them would wait for ever.
    func untoldRequests() throws -> [(request: UUID, link: ID<Link>)] {
        let letters: [([UInt8], ID<Link>)] = try tx.all(
            """
            SELECT event, link FROM outbox
            WHERE enterprise = \(scope) AND failed_at IS NOT NULL AND type = \(ErasureRequestedV1.type.rawValue)
                AND link IN (
                    SELECT link FROM erasure_requests WHERE enterprise = \(scope) AND answered_at IS NULL)
            ORDER BY failed_at DESC LIMIT 500
            """
        ) { try ($0.next(), $0.next()) }
        return try letters.compactMap { event, link in
            let sent: ErasureRequestedV1 = try Envelope(JSONValue(parsing: event)).data()
            let request = sent.request
            return try erasures.find(sent: request, over: link)?.answeredAt == nil ? (request, link) : nil
        }
    }

    /// Counts a request as refused until the company says otherwise: it may be sent again.
    func settleUntold(_ request: UUID, over link: ID<Link>) throws {
        guard let answered = try takeAnswered(request, over: link), answered.request.answeredAt == nil else { return }
        var (request, erasure) = (answered.request, answered.erasure)
        request.answeredAt = now
        request.result = .refused
        request.ground = ErasureOutcome.untold
        try erasures.save(request)
        for item in answered.items {
            try change(item) { try note(ErasureRefusedThere(company: request.company), on: &$0, object: erasure.id.uuid) }
        }
        try answerOrigin(of: &erasure)
    }

    /// What an answer is about, held in the order in which whoever decides holds it.
    /// - Returns: of the cases those of which the company was told something.
    func takeAnswered(_ request: UUID, over link: ID<Link>) throws -> Answered? {
        guard let found = try erasures.find(sent: request, over: link) else { return nil }
        let all = try erasures.cases(of: found.erasure)
        try hold(all)
        let items = try all.filter { try disclosed(of: $0).contains { $0.link == link } }
        return try erasures.take(request: request, over: link).map { Answered(request: $0, erasure: $1, items: items) }
    }

    package struct Answered {
        package let request: Erasure.Request
        package let erasure: Erasure
        package let items: [ID<Case>]
    }
}
