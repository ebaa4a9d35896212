// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

extension Desk {
    /// Another company asks to forget its customer. People here decide; where nothing is held there is nothing to decide.
    func receive(_ event: ErasureRequestedV1, _ envelope: Envelope, from link: Link) throws {
        guard try erasures.find(request: event.request, over: link.id) == nil else { return }
        let known = try customers.find(reference: event.customer, through: link.id)
        var about = try event.handover.map { try casesBroughtBy($0, over: link) } ?? []
        if event.handover == nil, let known { about = try cases.all(of: known.id) }
        guard !about.isEmpty else {
            return try tell(
                ErasureAnsweredV1(request: event.request, result: .done), in: envelope.conversation, over: link)
        }
        // Whoever asks again and again waits for one answer first; people here would lose sight of what others ask.
        let waiting = try about.flatMap { try cases.find($0).map { try erasures.list(about: $0) } ?? [] }
            .filter { $0.state == .asked && $0.origin == link.id }
        guard waiting.count < 5 else { throw Rejection(.stale, "this has been asked before and is not decided yet") }
        let first = try cases.find(about[0])?.customer.flatMap { try customers.find($0) }
        let customer = known ?? (first?.knownThrough?.link == link.id ? first : nil)
        let erasure = Erasure(
            cause: .company, customer: customer?.id, origin: link.id, request: event.request,
            conversation: envelope.conversation, askedAt: now)
        try erasures.add(erasure, about: about)
        for id in about {
            var item = try cases.take(id)
            try note("erasure.asked", on: &item, object: erasure.id.uuid, detail: link.name)
            try cases.save(item)
        }
    }

    private func casesBroughtBy(_ id: UUID, over link: Link) throws -> [ID<Case>] {
        guard let handover = try handovers.find(ID(id)), handover.link == link.id, handover.direction == .incoming else {
            return []
        }
        return [handover.caseID]
    }

    /// What a company that we asked has done. It may say so once.
    func receive(_ event: ErasureAnsweredV1, from link: Link) throws {
        guard let (found, erasure) = try erasures.take(request: event.request, over: link.id) else {
            throw Rejection(.unknownSubject, "nobody asked for this on this link")
        }
        guard found.answeredAt == nil else { throw Rejection(.stale, "this has been answered before") }
        var (request, answered) = (found, erasure)
        request.answeredAt = now
        request.result = event.result
        request.ground = event.ground
        request.reason = event.reason ?? ""
        request.beyond = event.beyond.map(Erasure.Outcome.init)
        try erasures.save(request)
        for id in try erasures.cases(of: erasure.id) {
            var item = try cases.take(id)
            guard try disclosed(of: id).contains(where: { $0.link == link.id }) else { continue }
            if event.result == .done { try takeBackDisclosures(of: item, from: link.id, SharedField.allCases) }
            try note(
                event.result == .done ? "erasure.doneThere" : "erasure.refusedThere", on: &item, object: erasure.id.uuid,
                detail: link.name)
            try cases.save(item)
        }
        try answerOrigin(of: &answered)
    }
}
