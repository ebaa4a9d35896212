// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// How far the company that we asked is with those beyond it.
    func receive(_ event: ProgressV1, from link: Link) throws {
        try change(event.handover, over: link, .outgoing) { handover, item in
            try follow(event, &handover, link)
            try save(handover, of: &item)
            try note(HandoverProgress(company: link.name), on: &item, object: handover.id.uuid)
        }
    }

    private func follow(_ event: ProgressV1, _ handover: inout Handover, _ link: Link) throws {
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
    }
}
