// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Desk {
    /// Another company asks to forget its customer. People here decide; where nothing is held there is nothing to decide.
    func receive(_ event: ErasureRequestedV1, _ envelope: Envelope, from link: Link) throws {
        guard try erasures.find(request: event.request, over: link.id) == nil else { return }
        let known = try customers.find(reference: event.customer, through: link.id).flatMap { try customers.take($0.id) }
        var about = try event.handover.map { try casesBroughtBy($0, over: link) } ?? []
        // A handover that never came does not say that nothing is held of the customer.
        if about.isEmpty, let known { about = try cases.all(of: known.id) }
        if about.isEmpty, let known, known.erasedAt == nil { try eraseAll(of: known, .nothing) }
        guard try !isErased(about, known) else {
            // Answered once it is sure that no file has it any more.
            let erasure = Erasure(
                cause: .company, customer: known?.id, origin: link.id, request: event.request,
                conversation: envelope.conversation, askedAt: now, state: .erased, decidedAt: now,
                decidedBy: enterprise.name)
            return try erasures.add(erasure, about: about)
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
            try change(id) { try note(ErasureAsked(company: link.name), on: &$0, object: erasure.id.uuid) }
        }
    }

    /// Whether nothing is left to decide: all was erased before, here and where it went, and nothing has come since.
    private func isErased(_ about: [ID<Case>], _ known: Customer?) throws -> Bool {
        guard known.map({ $0.erasedAt != nil || about.isEmpty }) ?? true else { return false }
        try hold(about)
        return try about.allSatisfy { id in
            guard let item = try cases.find(id) else { throw Missing.case }
            let told = Set(try disclosed(of: id).map(\.link)).subtracting([item.origin].compactMap(\.self))
            return try erasures.isErased(id)
                && handovers.list(of: id).filter { $0.direction == .outgoing && told.contains($0.link) }
                    .allSatisfy { try erasures.isErasedThere($0) }
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
        guard let found = try takeAnswered(event.request, over: link.id) else {
            throw Rejection(.unknownSubject, "nobody asked for this on this link")
        }
        var (request, erasure) = (found.request, found.erasure)
        guard request.isOpen else { throw Rejection(.stale, "this has been answered before") }
        request.answeredAt = now
        request.result = event.result
        request.ground = event.ground
        request.reason = event.reason ?? ""
        request.beyond = event.beyond.map(Erasure.Outcome.init)
        try erasures.save(request)
        for id in found.items {
            try change(id) { item in
                if event.result == .done {
                    try takeBackDisclosures(of: item.case, from: link.id, SharedField.allCases)
                    try note(ErasureDoneThere(company: link.name), on: &item, object: erasure.id.uuid)
                } else {
                    try note(ErasureRefusedThere(company: link.name), on: &item, object: erasure.id.uuid)
                }
            }
        }
        try answerOrigin(of: &erasure)
    }
}
