// SPDX-License-Identifier: Apache-2.0
import GRDB

/// A connection of one thread, which only reads. GRDB opens and closes it and is not asked in between: its pool looks at the
/// schema's version for each transaction and goes through two queues.
///
/// Unchecked, because one thread owns it until it is closed.
final class SQLiteReader: @unchecked Sendable {
    private let queue: DatabaseQueue
    private let session: SQLiteSession

    init(path: String, _ configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        let queue = try SQLiteFailure.translating { try DatabaseQueue(path: path, configuration: configuration) }
        self.queue = queue
        session = try queue.inDatabase { try SQLiteSession($0) }
    }

    func perform(_ work: any Work) {
        do {
            session.beginWithFirstStatement(.beginReading)
            defer { if session.hasBegun { session.end() } }
            try SQLiteBackend.read(work, in: session)
            work.finish(nil)
        } catch {
            work.finish(error)
        }
    }

    func close() throws {
        session.forgetStatements()
        try queue.close()
    }
}

extension RenderedSQL {
    fileprivate static let beginReading = RenderedSQL("BEGIN", for: .sqlite)
}
