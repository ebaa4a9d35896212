// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import NIOCore
import NIOPosix
import Synchronization

extension Bench {
    /// Many open pages that follow one case, and the time until all of them know that it has changed.
    func livePages(_ count: Int = 10_000) async throws -> [Figure] {
        let velora = try await newOffice("live-velora", Corridor()).found("Velora", colour: 5)
        let (bearer, cookie) = try await velora.credentials()
        let server = try await serve(velora.office, more: ["--trusted-proxy", "127.0.0.1", "--max-live-pages", "\(count + 100)"])
        let robot = Robot(root: "\(velora.office.origin)/\(velora.enterprise.slug)", bearer: bearer)
        struct Opened: Decodable { let number: String }
        let item = try await robot.post(
            "/cases", ["kind": "enquiry", "subject": "A squeak", "text": "It squeaks.", "name": "Lotte"], as: Opened.self)
        let idle = try server.residentBytes
        progress("\(count) pages open")
        let pages = try await OpenPages(
            count, port: velora.office.port, path: "/\(velora.enterprise.slug)/live?case=\(item.number)", cookie: cookie)
        try await pages.opened()
        let memory = Double(try server.residentBytes) / Double(1 << 20)
        let times = try await repeated("a change reaches \(count) pages") {
            try await Task.sleep(for: .seconds(2))
            pages.expectChange()
            let start = ContinuousClock.now
            _ = try await robot.post("/cases/\(item.number)/messages", ["text": "It still does."], as: Written.self)
            try await pages.changed()
            return (ContinuousClock.now - start).seconds
        }
        try await pages.close()
        try await server.stop()
        await velora.office.database.close()
        return [
            Figure(
                "\(Figure.text(Double(count))) live pages: memory of the node", "MiB", [memory], .below(300),
                limit: "without them \(Figure.text(Double(idle) / Double(1 << 20))) MiB"),
            Figure("\(Figure.text(Double(count))) live pages: a change reaches all", "s", times, .below(1)),
        ]
    }
}

private struct Written: Decodable { let id: String }

/// Connections with an open stream of events each, each from an address of its own.
private final class OpenPages: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let count: Int
    private let tally = Tally()

    init(_ count: Int, port: Int, path: String, cookie: String) async throws {
        self.count = count
        let tally = tally
        let bootstrap = ClientBootstrap(group: group).channelInitializer { channel in
            channel.pipeline.addHandler(EventReader(tally))
        }
        for first in stride(from: 0, to: count, by: 100) {
            let opening = (first..<min(first + 100, count)).map { number in
                let head = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAccept: text/event-stream\r\n"
                    + "Cookie: \(cookie)\r\nX-Forwarded-For: 10.\(number >> 16).\(number >> 8 & 255).\(number & 255)\r\n\r\n"
                return bootstrap.connect(host: "127.0.0.1", port: port).flatMap { channel in
                    channel.writeAndFlush(ByteBuffer(string: head))
                }
            }
            try await EventLoopFuture.andAllSucceed(opening, on: group.next()).get()
        }
    }

    func opened() async throws { try await wait { $0.opened } }
    /// What is told from now on counts as the next change.
    func expectChange() { tally.state.withLock { ($0.round, $0.changed) = ($0.round + 1, 0) } }
    func changed() async throws { try await wait { $0.changed } }

    private func wait(_ told: (Tally.State) -> Int) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while true {
            let state = tally.state.withLock { $0 }
            if let failure = state.failure { throw BenchError("a live page was refused: \(failure)") }
            if told(state) >= count { return }
            guard ContinuousClock.now < end else { throw BenchError("only \(told(state)) of \(count) pages were told") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func close() async throws { try await group.shutdownGracefully() }
}

/// What the open pages have been told, all together.
private final class Tally: Sendable {
    struct State {
        var opened = 0
        var round = 0
        /// Pages that know of this round's change.
        var changed = 0
        var failure: String?
    }

    let state = Mutex(State())
}

private final class EventReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let tally: Tally
    private var isFirst = true
    private var isOpen = false
    private var round = 0

    init(_ tally: Tally) { self.tally = tally }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        if isFirst, !text.hasPrefix("HTTP/1.1 200") { fail(String(text.prefix(300))) }
        isFirst = false
        tally.state.withLock { state in
            if !isOpen, text.contains("event: current") {
                isOpen = true
                state.opened += 1
            }
            if round < state.round, text.contains("event: changed") {
                round = state.round
                state.changed += 1
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail("the stream has ended") }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail("\(error)") }
    private func fail(_ text: String) { tally.state.withLock { $0.failure = $0.failure ?? text } }
}
