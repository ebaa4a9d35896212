// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// How far the company that we asked is with those beyond it.
    func receive(_ event: ProgressV1, from link: Link) throws {
        var (handover, item) = try take(event.handover, over: link, .outgoing)
        guard handover.state == .accepted else { throw Rejection(.stale, "the handover is \(handover.state.rawValue)") }
        guard link.contract?.shares(.journey, accepted: true) == true else {
            throw Rejection(.notAgreed, "the contract does not share the journey")
        }
        for step in event.steps.map(JourneyStep.init) {
            if let index = handover.trail.firstIndex(where: { $0.id == step.id }) {
                handover.trail[index] = step
            } else {
                handover.trail.append(step)
            }
        }
        guard handover.trail.count <= JourneyStep.most else { throw Rejection(.tooLarge, "the journey is too long") }
        try handovers.save(handover)
        try note("progress", on: &item, object: handover.id.uuid, detail: link.name)
        try settleHolding(&item)
    }
}
