// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle

/// Does one thing again and again until the process stops.
struct Clock: Service {
    private let what: String
    private let first: Duration
    private let interval: Duration
    private let logger: Logger
    private let body: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - what: what it does, for the log if it fails; the next turn comes all the same.
    ///   - first: how long after the start; as long as between two turns, if nothing is said.
    init(
        _ what: String, first: Duration? = nil, every interval: Duration, _ logger: Logger,
        body: @escaping @Sendable () async throws -> Void
    ) {
        self.what = what
        self.first = first ?? interval
        self.interval = interval
        self.logger = logger
        self.body = body
    }

    func run() async throws {
        var wait = first
        while !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { [wait] in try await Task.sleep(for: wait) }
                wait = interval
                try await body()
            } catch is CancellationError {
                return
            } catch {
                logger.error("A clock's turn failed", metadata: ["what": "\(what)", "error": "\(error)"])
            }
        }
    }
}
