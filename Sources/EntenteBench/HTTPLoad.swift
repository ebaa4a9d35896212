// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Load on a server by wrk, from a process of its own.
struct HTTPLoad: Sendable {
    var paths: [String]
    var headers: [String: String] = [:]
    /// Bodies of `POST` requests, one for each path; `nil` for `GET`.
    var bodies: [String]?
    var connections = 16

    struct Outcome: Sendable {
        /// Answers a second.
        let rate: Double
        /// Milliseconds.
        let median: Double
        let p99: Double
        /// Bytes of a response, with its head.
        let bytes: Int
        /// Processor time of the server for one answer, in microseconds.
        var processor = 0.0
    }

    func run(_ server: ServerProcess, seconds: Int, in folder: URL) async throws -> Outcome {
        let before = try server.processorTime
        var outcome = try await run(server.origin, seconds: seconds, in: folder)
        outcome.processor = (try server.processorTime - before) / (outcome.rate * Double(seconds)) * 1e6
        return outcome
    }

    private func run(_ origin: String, seconds: Int, in folder: URL) async throws -> Outcome {
        let script = folder.appending(path: "requests.lua")
        try lua.write(to: script, atomically: true, encoding: .utf8)
        let output = try await Program.run(
            "wrk", ["-t1", "-c\(connections)", "-d\(seconds)s", "--timeout", "10s", "-s", script.path, origin])
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("result ") }) else {
            throw BenchError("wrk said: \(output)")
        }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 6 else { throw BenchError("wrk said: \(line)") }
        guard numbers[4] == 0, numbers[0] > 0 else {
            throw BenchError("\(Int(numbers[4])) of \(Int(numbers[0])) requests such as \(paths[0]) failed")
        }
        return Outcome(
            rate: numbers[0] / (numbers[1] / 1e6), median: numbers[2] / 1000, p99: numbers[3] / 1000,
            bytes: Int(numbers[5] / numbers[0]))
    }

    private var lua: String {
        let requests = paths.enumerated().map { index, path in
            let body = bodies.map { "[==[\($0[index % $0.count])]==]" } ?? "nil"
            return "{ [==[\(path)]==], \(body) }"
        }
        let fields = headers.map { "wrk.headers[\"\($0.key)\"] = [==[\($0.value)]==]" }
        return """
            \(fields.joined(separator: "\n"))
            local list = {
            \(requests.joined(separator: ",\n"))
            }
            local texts, place = {}, 0
            function init()
                for index, entry in ipairs(list) do
                    texts[index] = wrk.format(entry[2] and "POST" or "GET", entry[1], nil, entry[2])
                end
            end
            function request()
                place = place % #texts + 1
                return texts[place]
            end
            function done(summary, latency)
                local e = summary.errors
                io.write(string.format("result %d %d %d %d %d %d\\n", summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout,
                    summary.bytes))
            end
            """
    }
}

enum Program {
    /// What a program writes, once it has ended well.
    static func run(_ name: String, _ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try waiting(name, arguments) })
            }
        }
    }

    private static func waiting(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchError("\(name) failed: \(text)") }
        return text
    }
}
