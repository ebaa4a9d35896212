// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Logging
import Office
import Storage

/// Takes what was erased, or taken back, out of the database's files too, and tells those who asked for it only then that
/// it is done. What waits for this is in the database, so that it goes on after a crash.
package enum FinishErasures {
    /// Does what is due in every enterprise of the node; may run at any time, twice, and in several processes at once. What
    /// fails is logged by its id and stops nothing else.
    package static func run(
        _ kernel: Kernel, _ database: Database, at now: Timestamp = .now, logger: Logger = Logger(label: "entente.erasure")
    ) async throws {
        let (erasures, remains) = try await database.read { tx in (try Self.unfinished(tx), try Remains.all(tx)) }
        guard !erasures.isEmpty || !remains.isEmpty else { return }
        try await database.scrub()
        for (enterprise, id) in erasures {
            try Task.checkCancellation()
            do {
                try await database.write { tx in
                    guard let enterprise = try EnterpriseStore(tx).find(enterprise) else { return }
                    try Desk(enterprise, .system("erasure"), kernel, tx, now: now).finishErasure(id)
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("An erasure is not finished until the next time: \(id), of \(enterprise): \(type(of: error))")
            }
        }
        try await database.write { tx in
            for remains in remains { try remains.forget(tx) }
        }
    }

    /// Those of which no letter has still to be delivered; the oldest first.
    private static func unfinished(_ tx: Transaction) throws -> [(ID<Enterprise>, ID<Erasure>)] {
        try tx.all(
            """
            SELECT enterprise, id FROM erasures e WHERE state = 'erased' AND cleaned_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM erasure_cases c
                WHERE c.enterprise = e.enterprise AND c.erasure = e.id AND c.letters_wait)
            ORDER BY decided_at LIMIT 500
            """
        ) { (try $0.next(), try $0.next()) }
    }
}

extension Desk {
    fileprivate func finishErasure(_ id: ID<Erasure>) throws {
        guard var erasure = try erasures.take(id), erasure.cleanedAt == nil else { return }
        erasure.cleanedAt = now
        try erasures.save(erasure)
        try answerOrigin(of: &erasure)
    }
}
