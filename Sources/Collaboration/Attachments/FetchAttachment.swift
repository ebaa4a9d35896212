// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Networking
import Office
import Storage

/// A file that a linked company announced, to be fetched from it.
package struct FetchAttachment: Codable, Sendable {
    package static let kind = "attachments.fetch"
    package let enterprise: ID<Enterprise>
    package let link: ID<Link>
    /// SHA-256, in lower-case hexadecimal.
    package let digest: String
}

extension FetchAttachment {
    /// A file is asked for until its peer has been away for a week: a job waits at most 2,048 s between two attempts.
    private static let attemptsInAWeek = 310

    static let job = FeatureJob(kind, "Fetching files", maximumAttempts: attemptsInAWeek) { attempt, works in
        let task = try attempt.decode(FetchAttachment.self)
        let isWaiting = try await works.database.read { tx in try desk(of: task, works, tx)?.isWaiting(for: task) == true }
        guard isWaiting, let exchange = works.services.exchange else { return }
        let bytes = try await exchange.fetchAttachment(
            task.digest, over: Destination(enterprise: task.enterprise, link: task.link))
        try await works.database.write { tx in try desk(of: task, works, tx)?.keep(bytes, of: task) }
    }

    private static func desk(of task: FetchAttachment, _ works: Works, _ tx: Transaction) throws -> Desk? {
        try EnterpriseStore(tx).find(task.enterprise).map {
            Desk($0, .system("exchange"), works.kernel, tx, now: tx.startedAt)
        }
    }
}

extension Desk {
    /// Fetches a file soon, and again until it is here.
    package func fetch(_ digest: [UInt8], over link: Link) throws {
        let task = FetchAttachment(enterprise: scope, link: link.id, digest: digest.hex)
        try Jobs.enqueue(
            tx, Job(kind: FetchAttachment.kind, payload: task, dedupeKey: "\(scope)/\(link.id)/\(task.digest)", scope: scope.uuid),
            at: now)
    }

    /// Lets a company fetch files that it is told of. Those that are still on their way to us follow when they are here,
    /// to all who see their message: that a peer can name a digest does not prove that it may have the file.
    func grant(_ files: [Attachment], to link: ID<Link>) throws {
        for file in files where file.comingOver == nil { try attachments.grant(file.digest, to: link) }
    }

    /// Whether the file has not come by now, by this way or another.
    package func isWaiting(for task: FetchAttachment) throws -> Bool {
        guard let digest = [UInt8](hex: task.digest) else { return false }
        return try !attachments.cases(waitingFor: digest, over: task.link).isEmpty
    }

    /// Keeps what came, if it is what was announced.
    package func keep(_ bytes: [UInt8], of task: FetchAttachment) throws {
        let digest = Array(SHA256.hash(data: bytes))
        guard digest.hex == task.digest else { throw Rejection(.malformed, "the file is not the one that was announced") }
        let cases = try attachments.cases(waitingFor: digest, over: task.link)
        // It may have been erased while it was on its way.
        guard !cases.isEmpty else { return }
        let readers = try attachments.readers(of: digest, but: task.link)
        try attachments.arrive(bytes, digest: digest, over: task.link)
        for link in readers { try attachments.grant(digest, to: link) }
        for id in cases {
            try change(id) { try note(FileArrived(), on: &$0) }
        }
    }
}

extension AttachmentStore {
    fileprivate func cases(waitingFor digest: [UInt8], over link: ID<Link>) throws -> [ID<Case>] {
        try tx.all(
            """
            SELECT DISTINCT case_id FROM attachments
            WHERE enterprise = \(desk.scope) AND digest = \(digest) AND coming_over = \(link) ORDER BY case_id
            """
        ) { try $0.next() }
    }
}
