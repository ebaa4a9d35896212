// SPDX-License-Identifier: Apache-2.0
import Exchange
import Logging
import Networking
import Office
import Storage
import Web

/// Writes into the log that the time of a handover runs out, and that it has run out.
package enum TellDeadlines {
    /// Seconds before the end at which it is told.
    static let ahead = 1800

    /// Does so in every enterprise of the node; may run at any time and twice.
    package static func run(
        _ kernel: Kernel, _ database: Database, at now: Timestamp = .now, logger: Logger = Logger(label: "entente.clock")
    ) async throws {
        for enterprise in try await database.read({ try EnterpriseStore($0).all() }) {
            let desk: @Sendable (Transaction) -> Desk = { Desk(enterprise, .system("clock"), kernel, $0, now: now) }
            for (id, item) in try await database.read({ try desk($0).handovers.toTell() }) {
                do { try await database.write { try desk($0).tellDeadline(of: id, in: item) } } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // The others are told all the same, and this one is tried again.
                    logger.error("A deadline could not be told", metadata: ["handover": "\(id)", "error": "\(type(of: error))"])
                }
            }
        }
    }
}

/// Its time runs out soon. The object of both is the handover.
package struct DeadlineNear: CaseEvent {
    package static let type = "handover.dueSoon"
    package static let isShown = false
    package let company: String
    /// Whose time it is: `outgoing` for that of the company that was asked.
    package let direction: Handover.Direction
    package let due: Timestamp
    /// Whether it is the time to accept that runs out, and not that to answer.
    package let isToAccept: Bool

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        if isToAccept {
            return direction == .outgoing
                ? "\(company) has until \(scene.moments.clock(due)) to accept" : "You have until \(scene.moments.clock(due)) to accept what \(company) asks"
        }
        return direction == .outgoing
            ? "\(company) owes its answer by \(scene.moments.clock(due))" : "You owe \(company) an answer by \(scene.moments.clock(due))"
    }
}

package struct DeadlinePassed: CaseEvent {
    package static let type = "handover.late"
    package static let bringsContent = false
    package let company: String
    package let direction: Handover.Direction
    package let due: Timestamp

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        direction == .outgoing
            ? "\(company) owed its answer by \(scene.moments.clock(due))" : "You owed \(company) an answer by \(scene.moments.clock(due))"
    }
}

extension Desk {
    fileprivate func tellDeadline(of id: ID<Handover>, in item: ID<Case>) throws {
        try change(item) { item in
            // Somebody may have been faster, or have told it.
            guard let handover = try handovers.find(id), let due = handover.due, let link = try links.find(handover.link),
                try handovers.toTell(only: id).contains(where: { $0.0 == id })
            else { return }
            if due <= now {
                try note(DeadlinePassed(company: link.name, direction: handover.direction, due: due), on: &item, object: id.uuid)
            } else {
                let isToAccept = handover.state == .offered && handover.acceptBy != nil
                try note(
                    DeadlineNear(company: link.name, direction: handover.direction, due: due, isToAccept: isToAccept), on: &item,
                    object: id.uuid)
            }
            try handovers.setTold(id, due, isPast: due <= now)
        }
    }
}

extension HandoverStore {
    /// Handovers whose time is near or over, of which that has not been told; the oldest first.
    fileprivate func toTell(only id: ID<Handover>? = nil, limit: Int = 200) throws -> [(ID<Handover>, ID<Case>)] {
        let due: SQL = "CASE WHEN state = 'offered' THEN COALESCE(accept_by, answer_by) ELSE answer_by END"
        let one: SQL = if let id { "AND id = \(id)" } else { "" }
        return try tx.all(
            """
            SELECT id, case_id FROM handovers
            WHERE enterprise = \(desk.scope) AND state IN ('offered', 'accepted') AND (accept_by IS NOT NULL OR answer_by IS NOT NULL)
                \(one) AND (
                    \(due) <= \(desk.now) AND late_told IS DISTINCT FROM \(due)
                    AND (state = 'accepted' OR accept_by IS NULL)
                    OR \(due) > \(desk.now) AND \(due) <= \(desk.now + TellDeadlines.ahead) AND soon_told IS DISTINCT FROM \(due))
            ORDER BY \(due), id LIMIT \(limit)
            """
        ) { try ($0.next(), $0.next()) }
    }

    fileprivate func setTold(_ id: ID<Handover>, _ due: Timestamp, isPast: Bool) throws {
        let told: SQL = isPast ? "late_told" : "soon_told"
        try tx.run("UPDATE handovers SET \(told) = \(due) WHERE enterprise = \(desk.scope) AND id = \(id)")
    }
}
