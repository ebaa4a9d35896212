// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// Letters about handovers that a peer has refused.
enum HandoverLetters {
    /// An offer that was settled here in another way than by the refusal itself would begin it all anew.
    static let offer = LetterRule(HandoverOfferedV1.type) { conversation, enterprise, tx in
        let state: Handover.State? = try tx.first(
            "SELECT state FROM handovers WHERE enterprise = \(enterprise) AND id = \(conversation)"
        ) { try $0.next() }
        return state == .refused || !(state?.isSettled ?? false)
    }
}

extension Desk {
    /// Needs nobody's attention any more: a move of ours that came too late, once the originator itself has ended the
    /// handover; a refused offer of ours that we have ended since, and the refused word that it is over.
    func forgetOvertaken(in conversation: ID<Conversation>, on link: ID<Link>) throws {
        let ended: SQL = "h.state IN (\(SQL.list([Handover.State.withdrawn, .expired])))"
        let notArrived: SQL = "code IN (\(SQL.list([RejectionCode.undelivered, .linkClosed])))"
        try tx.run(
            """
            UPDATE outbox SET failed_at = NULL
            WHERE enterprise = \(scope) AND link = \(link) AND conversation = \(conversation)
                AND failed_at IS NOT NULL AND EXISTS (
                    SELECT 1 FROM handovers h WHERE h.enterprise = outbox.enterprise AND h.id = outbox.conversation
                        AND h.link = outbox.link AND \(ended) AND (
                            (h.direction = \(Handover.Direction.incoming) AND code = \(RejectionCode.stale))
                            OR (h.direction = \(Handover.Direction.outgoing)
                                AND type = \(HandoverOfferedV1.type.rawValue) AND NOT \(notArrived))
                            OR (h.direction = \(Handover.Direction.outgoing)
                                AND type IN (\(SQL.list([HandoverWithdrawnV1.type.rawValue, HandoverExpiredV1.type.rawValue])))
                                AND code = \(RejectionCode.unknownSubject))))
            """)
    }
}
