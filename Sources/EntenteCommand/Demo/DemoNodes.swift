// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Web

/// The processes of the demonstration, one a node.
final class DemoNodes: Sendable {
    private let processes: Mutex<[Process]>
    private let stopped = Mutex(false)

    init(in folder: URL) throws {
        guard let program = Bundle.main.executableURL else { throw BadConfiguration(description: "The program cannot find itself.") }
        let started = try DemoNode.all.map { node in
            let process = Process()
            process.executableURL = program
            process.arguments = [
                "serve", "--database", "sqlite:" + folder.appending(path: "\(node.name).sqlite").path,
                "--listen", "127.0.0.1:\(node.port)", "--origin", node.origin, "--time-zone", "Europe/Brussels",
                "--allow-private-peers",
            ]
            process.standardOutput = FileHandle.nullDevice
            let log = folder.appending(path: "\(node.name).log")
            try Data().write(to: log)
            process.standardError = try FileHandle(forWritingTo: log)
            try process.run()
            return process
        }
        processes = Mutex(started)
    }

    func waitUntilReady() async throws {
        let client = OutboundClient(.thisMachine)
        for node in DemoNode.all {
            var attempts = 0
            while try await !isReady(node, client) {
                attempts += 1
                guard attempts < 300, processes.withLock({ $0.allSatisfy(\.isRunning) }) else {
                    throw BadConfiguration(
                        description: "The node \(node.name) did not start: is port \(node.port) free? Its log is in the demonstration’s folder.")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        try await client.close()
    }

    private func isReady(_ node: DemoNode, _ client: OutboundClient) async throws -> Bool {
        do {
            return try await client.get(node.origin + "/readyz").status == 200
        } catch is OutboundFailure {
            return false
        }
    }

    /// Until somebody presses Ctrl-C, or a node ends by itself.
    func waitForEnd() async {
        let signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { [self] in stopped.withLock { $0 = true } }
            source.resume()
            return source
        }
        while !stopped.withLock({ $0 }), processes.withLock({ $0.allSatisfy(\.isRunning) }) {
            do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
        }
        for source in signals { source.cancel() }
    }

    func stop() {
        processes.withLock { processes in
            for process in processes where process.isRunning { process.terminate() }
            for process in processes { process.waitUntilExit() }
        }
    }
}

extension OutboundClient.Policy {
    /// For nodes on this machine, and no others.
    static var thisMachine: OutboundClient.Policy {
        var policy = OutboundClient.Policy()
        policy.allowsPrivatePeers = true
        policy.allowsPlainLoopback = true
        return policy
    }
}
