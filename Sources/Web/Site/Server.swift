// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

extension Site {
    /// Listens until the program shuts down. Run it in a `ServiceGroup`, beside ``Live``.
    package func run() async throws {
        let idle = TimeAmount(configuration.idleTimeout)
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
        let listening = listening
        let application = Application(
            responder: Responder(site: self),
            server: .http1(configuration: .init(idleTimeout: idle, httpDecoderConfiguration: limits)),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maxConnections)),
            onServerRunning: { channel in listening.succeed(channel.localAddress?.port ?? 0) }, logger: quiet(logger))
        do {
            try await application.run()
            listening.fail(CancellationError())
        } catch {
            listening.fail(error)
            throw error
        }
    }

    /// The port it listens on, once it does.
    package var port: Int { get async throws { try await listening.port } }

    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

/// Tells those who wait for it which port was taken.
final class Listening: Sendable {
    private let stream: AsyncThrowingStream<Int, any Error>
    private let continuation: AsyncThrowingStream<Int, any Error>.Continuation
    private let taken = Mutex<Int?>(nil)

    init() { (stream, continuation) = AsyncThrowingStream.makeStream() }

    func succeed(_ port: Int) {
        taken.withLock { $0 = port }
        continuation.yield(port)
    }

    func fail(_ error: any Error) { continuation.finish(throwing: error) }

    var port: Int {
        get async throws {
            if let port = taken.withLock({ $0 }) { return port }
            for try await port in stream { return port }
            throw CancellationError()
        }
    }
}

/// Hands Hummingbird's requests to the site.
struct Responder: HTTPResponder {
    struct Context: InitializableFromSource {
        let channel: any Channel
        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    let site: Site

    func respond(to request: Request, context: Context) async throws -> Response {
        let peer = context.channel.remoteAddress?.ipAddress ?? "127.0.0.1"
        // In a task of its own: what a task has once needed for its frames it keeps to its end, and that of a connection
        // lives as long as this. Ten thousand open pages would hold 100 MB so.
        async let answer = site.respond(to: request, peer: peer, channel: context.channel)
        return Sending(patience: site.configuration.idleTimeout, channel: context.channel)
            .response(await answer, to: request.method)
    }
}
