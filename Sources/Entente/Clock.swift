// SPDX-License-Identifier: Apache-2.0
import Logging
import Office
import ServiceLifecycle
import Storage

/// Gives a clockwork its turns until the process stops. One that fails is told of, and has its next turn all the same.
struct Clock: Service {
    private let clock: Clockwork
    private let works: Works
    private let logger: Logger

    init(_ clock: Clockwork, _ works: Works, _ logger: Logger) {
        self.clock = clock
        self.works = works
        self.logger = logger
    }

    func run() async throws {
        var wait = clock.first ?? clock.interval
        while !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { [wait] in try await Task.sleep(for: wait) }
                wait = clock.interval
            } catch { return }
            let start = ContinuousClock.now
            var isWell = true
            do { try await clock.turn(works) } catch is CancellationError { return } catch {
                isWell = false
                logger.error("A clock's turn failed", metadata: ["what": "\(clock.what)", "error": "\(error)"])
            }
            let took = Int((ContinuousClock.now - start) / .milliseconds(1))
            works.kernel.clockBoard.note(clock, at: .now, took: took, isWell: isWell)
        }
    }
}
