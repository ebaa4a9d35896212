// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// A long way to a server on this machine: every byte arrives later by the same time, in its order, either way.
final class DelayingProxy: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel

    /// - Parameter oneWay: half of a round trip.
    init(port: Int, to target: Int, oneWay: TimeAmount) async throws {
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { near in
                ClientBootstrap(group: near.eventLoop).connect(host: "127.0.0.1", port: target).flatMap { far in
                    near.pipeline.addHandler(LateRelay(to: far, after: oneWay)).and(
                        far.pipeline.addHandler(LateRelay(to: near, after: oneWay))
                    ).map { _ in }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    func close() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }
}

private final class LateRelay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let partner: any Channel
    private let delay: TimeAmount

    init(to partner: any Channel, after delay: TimeAmount) {
        self.partner = partner
        self.delay = delay
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (partner, bytes) = (partner, unwrapInboundIn(data))
        context.eventLoop.scheduleTask(in: delay) { partner.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let partner = partner
        context.eventLoop.scheduleTask(in: delay) { partner.close(promise: nil) }
    }
}

/// Takes connections and never says a word.
final class SilentServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel

    init(port: Int) async throws {
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
    }

    func close() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }
}
