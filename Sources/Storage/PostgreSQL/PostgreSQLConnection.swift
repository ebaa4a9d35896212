// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation

/// One connection with its prepared statements; used by one thread.
final class PostgreSQLConnection: Session {
    private struct Prepared {
        let name: String
        /// The parameters' types, as the server resolved them.
        let types: [Oid]
    }

    fileprivate let handle: OpaquePointer
    private var statements: [String: Prepared] = [:]
    private var preparedCount = 0

    /// The server asked to run the transaction again: a conflict, a deadlock, a lock that took too
    /// long, or a plan that a migration outdated.
    private(set) var wantsRetry = false
    private var statementsAreOutdated = false

    private static let cachedStatements = 200

    /// What has not been sent: it goes with the next statement whose result is wanted, in one round trip.
    private var waiting: [Handed] = []
    /// Whether the server has answered since the transaction began.
    private var hasAnswered = false
    private var hasSentCommit = false

    /// A host that is gone without a word is given up after half a minute, whether it owes an answer or not; the system
    /// would wait for it for a quarter of an hour, or for two hours.
    private static let defaults: [(keyword: String, value: String)] = [
        ("connect_timeout", "10"), ("fallback_application_name", "entente"), ("keepalives_idle", "10"),
        ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
    ]

    init(url: String) throws {
        // What stands before `dbname` is a default; what stands after it wins over the URL.
        let keywords = Self.defaults.map { $0.keyword } + ["dbname", "client_encoding"]
        let values = Self.defaults.map { $0.value } + [url, "UTF8"]
        let handle = withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let handle else { throw StorageError.connectionLost("out of memory") }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            throw StorageError.connectionLost(trimmed(PQerrorMessage(handle)))
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        // What a plan for these very values could save is less than planning costs: without this setting long statements are
        // planned each time, as what they would cost is guessed, not measured.
        try command(
            """
            SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; \
            SET plan_cache_mode = force_generic_plan; SET jit = off
            """)
    }

    deinit { PQfinish(handle) }

    var isLost: Bool { isSpoiled || PQstatus(handle) != CONNECTION_OK }
    /// Answers may have been left that nobody reads.
    private var isSpoiled = false

    /// Runs statements without parameters or rows.
    func command(_ text: String) throws { try checked(PQexec(handle, text)) { _ in } }

    /// Begins a transaction, with its first statement.
    func begin(_ access: Access) {
        if statementsAreOutdated { forgetStatements() }
        wantsRetry = false
        (hasAnswered, hasSentCommit) = (false, false)
        switch access {
        case .read: waiting = [Handed("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")]
        case .write: waiting = [Handed("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")]
        }
    }

    /// Waits until no other transaction that is run again is under way: those that conflicted must not meet once more.
    func queueUp() { waiting.append(Handed("SELECT pg_advisory_xact_lock(4919132078)")) }

    func commit() throws {
        if !hasAnswered {
            // Nothing but the beginning waits: there was nothing to do.
            if waiting.count == 1 { return waiting.removeAll() }
            // A server that has gone meanwhile is told from one that may have committed.
            try catchUp()
        }
        hasSentCommit = true
        waiting.append(Handed("COMMIT"))
        try catchUp()
    }

    /// Whether the connection was lost before anything can have been done on it.
    var wasLostBefore: Bool { isLost && !hasAnswered && !hasSentCommit }

    func rollBack() {
        waiting.removeAll()
        if hasAnswered {
            do { try command("ROLLBACK") } catch {
                // Only a lost connection cannot roll back, and the server does it then.
            }
        }
        if statementsAreOutdated { forgetStatements() }
    }

    func execute(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int {
        if waiting.isEmpty {
            let prepared = try prepare(sql)
            return try read(runAlone(prepared.name, PostgreSQLParameters(sql.values, types: prepared.types)), visit)
        }
        return try withoutActuallyEscaping(visit) { visit in
            let last = try hand(sql, visit)
            try catchUp()
            return last.changed
        }
    }

    func hand(_ sql: RenderedSQL, _ visit: @escaping (inout Row) -> Bool) throws -> Handed {
        let prepared = try prepare(sql)
        let parameters = try PostgreSQLParameters(sql.values, types: prepared.types)
        let handed = Handed(sql.text, visit)
        // What the sockets hold: we must not wait for the server to read while it waits for us to read its answers.
        let size = waiting.reduce(parameters.byteCount) { $0 + ($1.prepared?.parameters.byteCount ?? 0) }
        if waiting.count >= Self.statementsInOneGo || size > Self.bytesInOneGo { try catchUp() }
        if parameters.byteCount > Self.bytesInOneGo {
            try answered(handed, runAlone(prepared.name, parameters))
        } else {
            handed.prepared = (prepared.name, parameters)
            waiting.append(handed)
        }
        return handed
    }

    private static let statementsInOneGo = 64
    private static let bytesInOneGo = 32_768

    private func runAlone(_ name: String, _ parameters: PostgreSQLParameters) -> OpaquePointer? {
        parameters.withPointers { values, lengths, formats in
            PQexecPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
        }
    }

    /// Sends what waits, and reads all results (libpq's pipeline mode).
    func catchUp() throws {
        let sent = waiting
        waiting = []
        guard !sent.isEmpty else { return }
        if sent.count == 1, sent[0].prepared == nil { return try answered(sent[0], PQexec(handle, sent[0].text)) }
        // Whoever reads a row may ask for more: not before all has come.
        let results = try together(sent)
        var failure: (any Error)?
        for (handed, result) in zip(sent, results) {
            do { try answered(handed, result) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func together(_ sent: [Handed]) throws -> [OpaquePointer?] {
        guard PQenterPipelineMode(handle) == 1 else { throw lost }
        defer { if PQexitPipelineMode(handle) != 1 { isSpoiled = true } }
        for handed in sent { guard send(handed) else { throw lost } }
        guard PQpipelineSync(handle) == 1 else { throw lost }
        let results = sent.map { _ in
            let result = PQgetResult(handle)
            // Each statement's results end with none.
            PQclear(PQgetResult(handle))
            return result
        }
        PQclear(PQgetResult(handle))
        return results
    }

    private func send(_ handed: Handed) -> Bool {
        guard let (name, parameters) = handed.prepared else {
            return PQsendQueryParams(handle, handed.text, 0, nil, nil, nil, nil, 1) == 1
        }
        return parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1) == 1
        }
    }

    private func answered(_ handed: Handed, _ result: OpaquePointer?) throws {
        handed.changed = try read(result, handed.visit)
        handed.isDone = true
    }

    private func read(_ result: OpaquePointer?, _ visit: (inout Row) -> Bool) throws -> Int {
        try checked(result) { result in
            for row in 0..<PQntuples(result) {
                var row = Row(.postgres(result, row: row))
                if !visit(&row) { break }
            }
            // For a SELECT it is the number of rows, none of which has changed.
            let isQuery = strncmp(PQcmdStatus(result), "SELECT", 6) == 0
            return isQuery ? 0 : Int(String(cString: PQcmdTuples(result))) ?? 0
        }
    }

    private func prepare(_ sql: RenderedSQL) throws -> Prepared {
        if let prepared = statements[sql.text] { return prepared }
        if statements.count >= Self.cachedStatements {
            // What waits goes by its name.
            try catchUp()
            forgetStatements()
        }
        preparedCount += 1
        let name = "s\(preparedCount)"
        let types = sql.values.map(PostgreSQLType.of)
        try checked(PQprepare(handle, name, sql.text, Int32(types.count), types)) { _ in }
        let prepared = try checked(PQdescribePrepared(handle, name)) { result in
            Prepared(name: name, types: (0..<PQnparams(result)).map { PQparamtype(result, $0) })
        }
        statements[sql.text] = prepared
        return prepared
    }

    private func forgetStatements() {
        statements.removeAll(keepingCapacity: true)
        statementsAreOutdated = false
        PQclear(PQexec(handle, "DEALLOCATE ALL"))
    }

    private func checked<T>(_ result: OpaquePointer?, _ read: (OpaquePointer) throws -> T) throws -> T {
        guard let result else { throw lost }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            hasAnswered = true
            return try read(result)
        default:
            if isLost { throw lost }
            hasAnswered = true
            let failure = PostgreSQLFailure(result)
            statementsAreOutdated = statementsAreOutdated || failure.outdatesStatements
            wantsRetry = wantsRetry || failure.wantsRetry
            throw failure.error
        }
    }
}

extension PostgreSQLConnection {
    fileprivate var lost: StorageError { .connectionLost(trimmed(PQerrorMessage(handle))) }
}

private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes += string.utf8CString
    }
    return bytes.withUnsafeBufferPointer { buffer in
        let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil]
        return pointers.withUnsafeBufferPointer { pointers in
            withUnsafePointer(to: nil as UnsafePointer<CChar>?) { body(pointers.baseAddress ?? $0) }
        }
    }
}
