// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// Makes a move of ours: holds the case, asks the rule, saves, records, and tells the other company.
    package func move(
        _ id: ID<Handover>, _ move: HandoverMove, documents: Int = 0,
        _ event: (Handover) throws -> any EventData, then: (Handover, inout HeldCase, Link) throws -> Void = { _, _, _ in }
    ) throws -> Handover {
        guard let found = try handovers.find(id) else { throw Missing.handover }
        return try change(found.caseID) { item in
            // Read again under the lock: somebody may have been faster.
            guard var handover = try handovers.find(id), let link = try links.find(handover.link) else {
                throw Missing.handover
            }
            let known = handover.revision
            try handover.apply(move, asOriginator: handover.direction == .outgoing, documents: documents, at: now)
            try save(handover, of: &item)
            try send(try event(handover), about: handover, over: link, basedOn: known)
            try forgetOvertaken(in: ID(handover.id.uuid), on: link.id)
            try then(handover, &item, link)
            try noteState(of: handover, link, on: &item)
            if handover.state.isSettled, handover.direction == .incoming { try endForUs(&item) }
            return handover
        }
    }

    func noteState(of handover: Handover, _ link: Link, on item: inout HeldCase) throws {
        if handover.direction == .outgoing, [.declined, .withdrawn, .expired, .refused].contains(handover.state) {
            try attachments.endGrants(of: item.id, to: link.id)
        }
        try note(handover.event(with: link.name), on: &item, object: handover.id.uuid)
    }
}
