// SPDX-License-Identifier: Apache-2.0
import GRDB
import Synchronization

/// A connection of one thread, which only reads. GRDB opens and closes it and is not asked in between: its pool looks at the
/// schema's version for each transaction and goes through two queues.
///
/// Unchecked, because one thread owns it until it is closed.
final class SQLiteReader: @unchecked Sendable {
    private let path: String
    private let configuration: Configuration
    private var queue: DatabaseQueue
    private var session: SQLiteSession
    private let isOutdated = Atomic(false)

    init(path: String, _ configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        (self.path, self.configuration) = (path, configuration)
        (queue, session) = try Self.open(path, configuration)
    }

    private static func open(_ path: String, _ configuration: Configuration) throws -> (DatabaseQueue, SQLiteSession) {
        try SQLiteFailure.translating {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return (queue, try queue.inDatabase { try SQLiteSession($0) })
        }
    }

    /// Has it connect anew before the next transaction: SQLite reads its statistics when it opens a file, and not again.
    func outdate() { isOutdated.store(true, ordering: .relaxed) }

    func perform(_ work: any Work) {
        if isOutdated.exchange(false, ordering: .relaxed) { renew() }
        do {
            try run(work)
            work.finish(nil)
        } catch {
            work.finish(error)
        }
    }

    private func run(_ work: any Work) throws {
        session.beginWithFirstStatement(.beginReading)
        defer { if session.hasBegun { session.end() } }
        try SQLiteBackend.read(work, in: session)
    }

    private func renew() {
        guard let (queue, session) = try? Self.open(path, configuration) else {
            // What is open goes on with what it knew.
            return
        }
        self.session.forgetStatements()
        // One that does not close is closed when nobody refers to it any more.
        try? self.queue.close()
        (self.queue, self.session) = (queue, session)
    }

    func close() throws {
        session.forgetStatements()
        try queue.close()
    }
}

extension RenderedSQL {
    fileprivate static let beginReading = RenderedSQL("BEGIN", for: .sqlite)
}
