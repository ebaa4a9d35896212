// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation
import Storage

/// A PostgreSQL server of the test process's own: a temporary directory, a Unix socket, no network.
struct TestServer: TestStore {
    private let directory: String

    private static let starting = Task { try await onThread { try start() } }

    static func shared() async throws -> TestServer { try await starting.value }

    func create(_ name: String, from template: Location?) async throws -> Location {
        let source = template.map { " TEMPLATE \(databaseName($0))" } ?? ""
        // Without fsync, copying files is twice as fast as the default, which logs every page.
        try await administer("CREATE DATABASE \(name)\(source) STRATEGY file_copy")
        return .postgres(url: url(name))
    }

    func remove(_ location: Location) async throws {
        try await administer("DROP DATABASE IF EXISTS \(databaseName(location)) WITH (FORCE)")
    }

    private func url(_ database: String) -> String {
        "postgresql:///\(database)?user=entente&host=\(directory)"
    }

    private func databaseName(_ location: Location) -> String {
        guard case .postgres(let url) = location else { return "" }
        return url.split(separator: "/")[1].split(separator: "?").first.map(String.init) ?? ""
    }

    private func administer(_ statement: String) async throws {
        try await Self.onThread {
            let connection = PQconnectdb(url("postgres"))
            defer { PQfinish(connection) }
            let result = PQexec(connection, statement)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else {
                throw TestDatabaseError(description: String(cString: PQerrorMessage(connection)))
            }
        }
    }

    private static func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}

extension TestServer {
    /// The shell makes, starts, watches and removes the server. It ends when its input does, that is, when this
    /// process ends, however it ends.
    private static let script = """
        set -eu
        directory=$(mktemp -d "${TMPDIR:-/tmp}/entente-postgres.XXXXXX")
        server=
        trap '[ -z "$server" ] || kill -QUIT "$server"; wait; rm -rf "$directory"' EXIT
        trap '' INT PIPE
        trap 'exit 1' HUP TERM
        "$0/initdb" --pgdata "$directory/data" --username entente --auth trust --encoding UTF8 --locale C \
            --no-sync >"$directory/log" 2>&1 || { cat "$directory/log" >&2; exit 1; }
        "$0/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c max_connections=3000 \
            -c shared_buffers=32MB -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
            -c wal_level=minimal -c max_wal_senders=0 >>"$directory/log" 2>&1 </dev/null &
        server=$!
        until "$0/pg_isready" -q -h "$directory"; do
            kill -0 "$server" || { cat "$directory/log" >&2; exit 1; }
            sleep 0.05
        done
        echo "$directory"
        cat >/dev/null
        """

    /// Keeps the watching shell's input open.
    nonisolated(unsafe) private static var watch: (shell: Process, input: Pipe)?

    private static func start() throws -> TestServer {
        let shell = Process()
        let arguments = ["/bin/sh", "-c", script, try programs()]
        // PostgreSQL refuses to run as root.
        let asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = getuid() == 0 ? asPostgres + arguments : arguments
        shell.currentDirectoryURL = URL(fileURLWithPath: "/")
        let input = Pipe()
        let output = Pipe()
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        shell.standardInput = input
        shell.standardOutput = output
        try shell.run()
        watch = (shell, input)
        let directory = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if directory.isEmpty { throw TestDatabaseError(description: "The PostgreSQL server did not start.") }
        return TestServer(directory: directory)
    }

    /// The directory of `initdb` and `postgres`, which Debian keeps out of PATH.
    private static func programs() throws -> String {
        let versions = "/usr/lib/postgresql"
        let installed =
            FileManager.default.fileExists(atPath: versions)
            ? try FileManager.default.contentsOfDirectory(atPath: versions) : []
        let newestFirst = installed.compactMap(Int.init).sorted(by: >).map { "\(versions)/\($0)/bin" }
        guard let found = newestFirst.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") })
        else {
            throw TestDatabaseError(
                description: "The tests need a PostgreSQL server to run: apt-get install postgresql")
        }
        return found
    }
}
