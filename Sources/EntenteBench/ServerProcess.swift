// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization

/// A server in a process of its own.
final class ServerProcess: @unchecked Sendable {
    private let process = Process()
    let origin: String
    /// From the start of the process to its first answer.
    private(set) var startUp: Duration = .zero

    /// Starts a program that listens at the port, and waits for its first answer at the path.
    init(_ program: URL, _ arguments: [String], port: Int, path: String = "/healthz", log: URL) async throws {
        origin = "http://127.0.0.1:\(port)"
        process.executableURL = program
        process.arguments = arguments
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        let start = ContinuousClock.now
        try process.run()
        Self.running.withLock { _ = $0.insert(process.processIdentifier) }
        while true {
            if try await Probe.answers("\(origin)\(path)") { break }
            guard process.isRunning, ContinuousClock.now - start < .seconds(30) else {
                throw BenchError("\(program.lastPathComponent) does not answer; see \(log.path)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        startUp = ContinuousClock.now - start
    }

    /// Bytes of memory that are its own and in use.
    var residentBytes: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
                throw BenchError("the server has ended")
            }
            return kilobytes * 1024
        }
    }

    /// Processor time that it has taken, in seconds; other programs on the machine do not change it.
    var processorTime: Double {
        get throws {
            let line = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
            // The fields after the name, which ends with a parenthesis: 11 and 12 are user and system time.
            let fields = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
            guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
                throw BenchError("the server has ended")
            }
            return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }

    /// Asks it to end, and ends it when it does not within five seconds.
    func stop() async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        process.terminate()
        while process.isRunning {
            if ContinuousClock.now > deadline { kill(process.processIdentifier, SIGKILL) }
            try await Task.sleep(for: .milliseconds(10))
        }
        Self.running.withLock { _ = $0.remove(process.processIdentifier) }
    }

    private static let running = Mutex<Set<pid_t>>([])

    /// Ends those that an error or an interruption has left.
    static func endAll() {
        for process in running.withLock({ $0 }) { kill(process, SIGKILL) }
    }

    /// Leaves no server behind when the program is interrupted.
    static func endAllWhenInterrupted() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                endAll()
                exit(130)
            }
            source.resume()
            return source
        }
    }

    /// A port that nobody uses now.
    static func freePort() throws -> Int {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: UInt16? = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(handle, pointer, length) == 0, getsockname(handle, pointer, &length) == 0 else { return nil }
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
            }
        }
        guard let port else { throw BenchError("there is no free port") }
        return Int(port)
    }
}

/// One connection after the other, without a pool that would wait before it tries again.
private enum Probe {
    static func answers(_ url: String) async throws -> Bool {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "Connection", value: "close")
            let response = try await client.execute(request, timeout: .seconds(5))
            return response.status.code == 200
        } catch {
            return false
        }
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
