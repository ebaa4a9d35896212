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
        let channel = channel
        answer.body = .stream { writer in
            let closed = A.opened(call)
            defer {
                place.leave()
                closed?()
            }
            let (events, end) = site.live.follow(topics)
            channel?.whenLeft(end)
            let source = EventSource(events: events) {
                do {
                    _ = try await open()
                    return true
                } catch {
                    // A database that is away takes nobody's access; a page that came back would only ask it for more.
                    return error is StorageError
                }
            }
            try await source.write(to: &writer)
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
            if event == .beat { beats += 1 }
            // In a task of its own, which gives back the memory of its frames when it ends.
            if event == .beat, beats.isMultiple(of: Self.beatsOfTrust), await !Task(operation: isStillAllowed).value { break }
            try await writer.write(Self.line(event))
        }
        try await finish(&writer)
    }

    private static func line(_ event: Live.Event) -> ByteBuffer {
        switch event {
        case .message(let name, let data): ByteBuffer(string: "event: \(name)\ndata: \(data)\n\n")
        case .beat: ByteBuffer(string: ": still here\n\n")
        }
    }

    private func finish(_ writer: inout any ResponseBodyWriter) async throws {
        let out = writer
        try await out.finish(nil)
    }
}

extension Channel {
    /// Calls `leave` once the client sends no more, which is how one that goes away begins to. Nobody reads meanwhile.
    fileprivate func whenLeft(_ leave: @escaping @Sendable () -> Void) {
        closeFuture.whenComplete { _ in leave() }
        pipeline.addHandler(Departure(leave), position: .first).whenFailure { _ in leave() }
    }
}

private final class Departure: ChannelInboundHandler, Sendable {
    typealias InboundIn = NIOAny

    private let leave: @Sendable () -> Void

    init(_ leave: @escaping @Sendable () -> Void) { self.leave = leave }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { leave() }
        context.fireUserInboundEventTriggered(event)
    }
}
