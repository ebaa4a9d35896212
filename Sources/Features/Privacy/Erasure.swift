// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Storage

/// A wish that what is held about a customer be erased, what was decided, and what those answered who were told.
package struct Erasure: Sendable {
    /// Who or what asks.
    package enum Cause: String, Sendable, CaseIterable, Codable, SQLConvertible {
        /// The customer, on their own page.
        case customer
        /// Another company, whose customer it is or through which they are known.
        case company
        /// The customer by another way, or nobody: staff erased of their own accord.
        case staff
        /// The contract under which it came says that it is time.
        case retention
    }

    package enum State: String, Sendable, CaseIterable, Codable, SQLConvertible { case asked, erased, refused }

    package let id: ID<Erasure>
    package let cause: Cause
    package let customer: ID<Customer>?
    /// The company that asks, by its link; for retention the link that the contract is of.
    package let origin: ID<Link>?
    /// How the company that asks calls it, and the conversation in which it waits for the answer.
    package let request: UUID?
    package let conversation: UUID?
    package let askedAt: Timestamp
    package var state: State
    package var ground: String?
    /// Words about a refusal, for the customer.
    package var reason: String
    package var decidedAt: Timestamp?
    package var decidedBy: String
    /// When the company that asked was answered.
    package var answeredAt: Timestamp?
    /// When what was erased was taken out of the database's files too; nobody is told that it is erased before.
    package var cleanedAt: Timestamp?

    package init(
        id: ID<Erasure> = ID(), cause: Cause, customer: ID<Customer>?, origin: ID<Link>? = nil, request: UUID? = nil,
        conversation: UUID? = nil, askedAt: Timestamp, state: State = .asked, ground: String? = nil, reason: String = "",
        decidedAt: Timestamp? = nil, decidedBy: String = "", answeredAt: Timestamp? = nil, cleanedAt: Timestamp? = nil
    ) {
        self.id = id
        self.cause = cause
        self.customer = customer
        self.origin = origin
        self.request = request
        self.conversation = conversation
        self.askedAt = askedAt
        self.state = state
        self.ground = ground
        self.reason = reason
        self.decidedAt = decidedAt
        self.decidedBy = decidedBy
        self.answeredAt = answeredAt
        self.cleanedAt = cleanedAt
    }

    /// One month: GDPR article 12(3).
    package var due: Timestamp { askedAt + 30 * 86_400 }

    /// What a decision makes of it; a second one is refused.
    package mutating func decide(_ state: State, ground: Ground? = nil, reason: String = "", by name: String, at now: Timestamp)
        throws(DecisionRefusal)
    {
        guard self.state == .asked else { throw .alreadyDecided }
        self.state = state
        self.ground = ground?.rawValue
        self.reason = reason
        decidedBy = name
        decidedAt = now
    }

    package typealias Ground = ErasureGround
    package typealias Outcome = ErasureOutcome

    /// One request of ours to a company that was told: one a handover.
    package struct Request: Sendable {
        package let id: ID<Request>
        package let erasure: ID<Erasure>
        package let link: ID<Link>
        /// What the company knows it by; `nil` for requests of programs before this was kept.
        package let handover: ID<Handover>?
        package let company: String
        package let sentAt: Timestamp
        package var answeredAt: Timestamp?
        package var result: ErasureAnsweredV1.Result?
        package var ground: String?
        package var reason: String
        /// What companies further on answered.
        package var beyond: [Outcome]

        /// Whether nothing was heard of it from the company itself.
        var isOpen: Bool { answeredAt == nil || ground == ErasureOutcome.untold }

        /// Strikes out who a customer is in what was answered.
        mutating func strike(_ strikeout: Strikeout) {
            if ground != ErasureOutcome.untold { ground = ground.map { strikeout($0) } }
            reason = strikeout(reason)
            beyond = beyond.map {
                Outcome(
                    company: $0.company, isErased: $0.isErased, ground: $0.ground.map { strikeout($0) },
                    reason: strikeout($0.reason), at: $0.at)
            }
        }
    }
}

extension ErasureAnsweredV1.Result: SQLConvertible {}

extension [Erasure.Request] {
    /// Each company once: refused if it refused any part, erased once it has erased all.
    package var byCompany: [(link: ID<Link>, outcome: Erasure.Outcome)] {
        let byLink = Dictionary(grouping: self, by: \.link).sorted { $0.key < $1.key }
        return byLink.compactMap { link, parts in parts.outcome.map { (link, $0) } }
    }

    /// The outcome at one company; `nil` if it was not asked at all.
    private var outcome: Erasure.Outcome? {
        guard let newest = self.max(by: { $0.sentAt < $1.sentAt }) else { return nil }
        func outcome(_ isErased: Bool?, at: Timestamp?, _ refused: Erasure.Request? = nil) -> Erasure.Outcome {
            Erasure.Outcome(
                company: newest.company, isErased: isErased, ground: refused?.ground, reason: refused?.reason ?? "",
                at: at ?? newest.sentAt)
        }
        if let refused = first(where: { $0.result == .refused }) { return outcome(false, at: refused.answeredAt, refused) }
        guard allSatisfy({ $0.answeredAt != nil }) else { return outcome(nil, at: nil) }
        return outcome(true, at: compactMap(\.answeredAt).max())
    }

    /// Of several wishes: of each handover the newest request, since a later answer takes an earlier one's place; those
    /// without one all.
    var latest: [Erasure.Request] {
        filter { request in
            !contains { $0.handover != nil && $0.handover == request.handover && ($0.sentAt, $0.id) > (request.sentAt, request.id) }
        }
    }

    /// Companies further on, as those that we asked told us; one name once, a refusal before all else.
    package var beyond: [Erasure.Outcome] {
        let byName = Dictionary(grouping: flatMap(\.beyond), by: \.company).sorted { $0.key < $1.key }
        return byName.compactMap { _, outcomes in
            outcomes.first { $0.isErased == false } ?? outcomes.max { $0.at < $1.at }
        }
    }
}
