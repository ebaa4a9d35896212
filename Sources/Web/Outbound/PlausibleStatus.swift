// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Ends a connection whose answer has a status below 100, which is none (RFC 9110, section 15). AsyncHTTPClient takes such
/// a head for an interim one, waits for another, and ends the process when there is none.
final class PlausibleStatus: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var hasFailed = false

    /// For a channel that has its handlers.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(PlausibleStatus(), position: .after(decoder))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.status.code < 100 {
            hasFailed = true
            context.fireErrorCaught(HTTPParserError.invalidStatus)
            context.close(promise: nil)
        }
        if !hasFailed { context.fireChannelRead(data) }
    }
}
