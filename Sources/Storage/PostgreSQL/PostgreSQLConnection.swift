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

    private let handle: OpaquePointer
    private var statements: [String: Prepared] = [:]
    private var preparedCount = 0

    /// The server asked to run the transaction again: a conflict, a deadlock, a lock that took too
    /// long, or a plan that a migration outdated.
    private(set) var wantsRetry = false
    private var statementsAreOutdated = false

    private static let cachedStatements = 200

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
        try command("SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'")
    }

    deinit { PQfinish(handle) }

    var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

    /// Runs statements without parameters or rows.
    func command(_ text: String) throws { try checked(PQexec(handle, text)) { _ in } }

    func begin(_ access: Access) throws {
        wantsRetry = false
        switch access {
        case .read: try command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        case .write: try command("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        }
    }

    /// Waits until no other transaction that is run again is under way: those that conflicted must not meet once more.
    func queueUp() throws { try command("SELECT pg_advisory_xact_lock(4919132078)") }

    func rollBack() {
        do { try command("ROLLBACK") } catch {
            // Only a lost connection cannot roll back, and the server does it then.
        }
        if statementsAreOutdated { forgetStatements() }
    }

    func execute(_ sql: RenderedSQL, _ visit: (inout Row) -> Bool) throws -> Int {
        let prepared = try prepare(sql)
        let parameters = try PostgreSQLParameters(sql.values, types: prepared.types)
        let result = parameters.withPointers { values, lengths, formats in
            PQexecPrepared(handle, prepared.name, Int32(sql.values.count), values, lengths, formats, 1)
        }
        return try checked(result) { result in
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
        if statements.count >= Self.cachedStatements { forgetStatements() }
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
        guard let result else { throw StorageError.connectionLost(trimmed(PQerrorMessage(handle))) }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return try read(result)
        default:
            if isLost { throw StorageError.connectionLost(trimmed(PQerrorMessage(handle))) }
            let failure = PostgreSQLFailure(result)
            statementsAreOutdated = statementsAreOutdated || failure.outdatesStatements
            wantsRetry = wantsRetry || failure.wantsRetry
            throw failure.error
        }
    }
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
