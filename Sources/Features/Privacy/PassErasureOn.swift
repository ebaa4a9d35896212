// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    /// Asks exactly those companies to which something of these cases went, by the ledger: once a handover, each in the
    /// conversation of its handover, so that it comes after all that went with it; in one of its own where that is held.
    package func passOn(_ erasure: Erasure, about cases: [ID<Case>]) throws {
        for id in cases {
            let told = Set(try disclosed(of: id).map(\.link)).subtracting([erasure.origin].compactMap(\.self))
            guard !told.isEmpty, let item = try self.cases.find(id) else { continue }
            // Who the customer is may not be known here; then they have a name on the link all the same.
            let subject = item.customer ?? ID(item.id.uuid)
            for handover in try handovers.list(of: id)
            where handover.direction == .outgoing && told.contains(handover.link) {
                guard let link = try links.find(handover.link), try !erasures.isErasedThere(handover) else { continue }
                let request = Erasure.Request(
                    id: ID(), erasure: erasure.id, link: link.id, handover: handover.id, company: link.name, sentAt: now,
                    answeredAt: nil, result: nil, ground: nil, reason: "", beyond: [])
                try erasures.add(request)
                try tell(
                    ErasureRequestedV1(
                        request: request.id.uuid, customer: try reference(of: subject, on: link.id),
                        handover: handover.id.uuid),
                    in: isHeld(handover) ? ID<Conversation>().uuid : handover.id.uuid, over: link)
            }
        }
    }

    /// Answers the company that asked, once it is decided here, what was erased is in no file any more (`FinishErasures`),
    /// and it is known of all whom we asked in turn.
    func answerOrigin(of erasure: inout Erasure) throws {
        guard erasure.cause == .company, erasure.answeredAt == nil,
            erasure.state == .refused || erasure.state == .erased && erasure.cleanedAt != nil,
            let request = erasure.request, let link = try erasure.origin.flatMap({ try links.find($0) })
        else { return }
        let asked = try erasures.requests(of: erasure.id)
        guard asked.allSatisfy({ $0.answeredAt != nil }) else { return }
        // Who had erased it before was not asked again.
        let before = try erasures.requestsDone(about: erasures.cases(of: erasure.id))
            .filter { done in !asked.contains { $0.handover == done.handover } }
        try tell(
            ErasureAnsweredV1(
                request: request, result: erasure.state == .erased ? .done : .refused, ground: erasure.ground,
                reason: erasure.reason.isEmpty ? nil : erasure.reason,
                beyond: outcomes(of: asked + before, for: link)),
            in: erasure.conversation ?? request, over: link)
        erasure.answeredAt = now
        try erasures.save(erasure)
    }

    /// What became of it at others, for a company that asked: who has it further on is told as progress is, where both
    /// contracts let it, under the names they allow.
    package func outcomes(of told: [Erasure.Request], for link: Link) throws -> [ErasureOutcomeV1] {
        guard link.contract?.shares(.journey, accepted: true) == true else { return [] }
        let peers = try Dictionary(
            links.all(told.map(\.link)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let open = told.filter { peers[$0.link]?.contract.map { $0.passOn(.journey) != .never } ?? false }
        let own: [ErasureOutcomeV1] = open.byCompany.compactMap { id, outcome in
            outcome.wire(as: peers[id]?.peer?.onwardName ?? outcome.company)
        }
        return Array((own + open.beyond.compactMap { $0.wire(as: $0.company) }).prefix(Limits.journey))
    }

    /// Whether the handover's conversation waits for a person: what stands in it may never go, and is erased at once.
    private func isHeld(_ handover: Handover) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM conversations WHERE enterprise = \(scope) AND link = \(handover.link)
                AND id = \(handover.id) AND held_at IS NOT NULL
            """
        ) { _ in true } ?? false
    }

    package func tell(_ data: some EventData, in conversation: UUID, over link: Link) throws {
        guard let source = Address(host: kernel.host, slug: enterprise.slug) else { throw IdentityError.notEstablished }
        try Outbox(scope, source: source, tx).enqueue(Outgoing(data), link: link, conversation: ID(conversation), at: now)
    }
}

extension Erasure.Outcome {
    /// `nil` for a company that has not answered.
    fileprivate func wire(as name: String) -> ErasureOutcomeV1? {
        isErased.map { ErasureOutcomeV1(company: name, result: $0 ? .done : .refused, ground: ground, at: at.wire) }
    }

    package init(_ wire: ErasureOutcomeV1) {
        self.init(
            company: String(wire.company.prefix(200)), isErased: wire.result == .done,
            ground: wire.ground.map { String($0.prefix(300)) }, reason: "", at: Timestamp(wire.at))
    }
}
