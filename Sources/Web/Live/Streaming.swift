// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

extension Handling {
    /// Opens a stream of server-sent events (HTML, section 9.2) that lasts until the client leaves, loses its access,
    /// or the server shuts down.
    func perform<A: StreamAction>(stream _: A.Type) async throws -> Answer {
        let (site, visit) = (site, visit)
        let open: @Sendable () async throws -> (Call<A.As, A.Input>, [Live.Topic]) = {
            try await site.database.read { tx in
                let call: Call<A.As, A.Input> = try site.call(meeting: A.access, visit, tx)
                return (call, try A.topics(call, tx))
            }
        }
        let (call, topics) = try await open()
        var answer = Answer(status: 200, type: "text/event-stream")
        answer.headers[.cacheControl] = "no-store"
        guard visit.method == "GET" else { return answer }
        let place = try site.streams.enter(RateLimiter.client(visit.address))
        // A client that leaves before the first byte is written leaves no place taken.
        channel?.closeFuture.whenComplete { _ in place.leave() }
        let request = request
        let isConnected = channel != nil
        answer.body = .stream { writer in
            let closed = A.opened(call)
            defer {
                place.leave()
                closed?()
            }
            let source = EventSource(events: site.live.follow(topics)) {
                do {
                    _ = try await open()
                    return true
                } catch {
                    // A database that is away takes nobody's access; a page that came back would only ask it for more.
                    return error is StorageError
                }
            }
            guard isConnected else { return try await source.write(to: &writer) }
            nonisolated(unsafe) var out = writer
            // The body of a stream's request is empty; reading on is how we learn that the client has gone.
            try await request.body.consumeWithCancellationOnInboundClose { _ in try await source.write(to: &out) }
        }
        return answer
    }
}

/// Writes events, and comments when there are none.
private struct EventSource: Sendable {
    /// Beats after which access is asked for again.
    private static let beatsOfTrust = 3

    let events: AsyncStream<Live.Event>
    let isStillAllowed: @Sendable () async -> Bool

    func write(to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        var beats = 0
        for await event in events {
            switch event {
            case .message(let name, let data):
                try await writer.write(ByteBuffer(string: "event: \(name)\ndata: \(data)\n\n"))
            case .beat:
                beats += 1
                if beats.isMultiple(of: Self.beatsOfTrust), await !isStillAllowed() { return try await finish(&writer) }
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
            }
        }
        try await finish(&writer)
    }

    private func finish(_ writer: inout any ResponseBodyWriter) async throws {
        let out = writer
        try await out.finish(nil)
    }
}
