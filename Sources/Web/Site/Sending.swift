// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// How an answer goes out: large ones piece by piece, with an end to the patience for a client that does not take them.
struct Sending: Sendable {
    /// Larger answers are written in pieces of so many bytes, and hold what their request took until they are sent.
    static let piece = 64 * 1024
    /// Still larger ones count as long as they are being sent.
    static let large = 256 * 1024
    /// Bytes a second that a client takes at least of a large answer, on the whole.
    private static let slowest = 16 * 1024

    let patience: Duration
    let channel: (any Channel)?

    func response(_ answer: Answer, to method: HTTPRequest.Method) -> Response {
        let status = HTTPResponse.Status(code: answer.status)
        switch answer.body {
        case .bytes(let bytes):
            var headers = answer.headers
            if status.code != 304 { headers[.contentLength] = String(bytes.readableBytes) }
            var response = Response(
                status: status, headers: headers, body: body(method == .head ? ByteBuffer() : bytes, answer))
            // Without a body for `HEAD`, but with its length.
            response.headers[.contentLength] = headers[.contentLength]
            return response
        case .stream(let write):
            let (patience, channel) = (patience, channel)
            return Response(
                status: status, headers: answer.headers,
                body: ResponseBody { writer in
                    var patient: any ResponseBodyWriter = PatientWriter(writer, patience, channel)
                    try await write(&patient)
                })
        }
    }

    private func body(_ bytes: ByteBuffer, _ answer: Answer) -> ResponseBody {
        guard bytes.readableBytes > Self.piece || answer.unread != nil else { return ResponseBody(byteBuffer: bytes) }
        let (patience, channel) = (patience, channel)
        return ResponseBody { writer in
            let whole = patience + .seconds(bytes.readableBytes / Self.slowest)
            let deadline = channel?.closing(in: whole)
            defer { deadline?.cancel() }
            var patient = PatientWriter(writer, patience, channel)
            var rest = bytes
            while let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)), piece.readableBytes > 0 {
                try await patient.write(piece)
            }
            try await patient.finish(nil)
            withExtendedLifetime(answer.held) {}
            if let unread = answer.unread { try await Self.drain(unread, channel) }
        }
    }

    /// Reads on for a moment, so that a client which is still sending can read why that is in vain; a small body ends
    /// within it, and the connection stays.
    private static func drain(_ body: RequestBody, _ channel: (any Channel)?) async throws {
        let end = channel?.closing(in: .seconds(1))
        defer { end?.cancel() }
        for try await _ in body {}
    }
}

/// Closes the connection when a piece is not taken in time.
private struct PatientWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let patience: Duration
    private let channel: (any Channel)?

    init(_ writer: any ResponseBodyWriter, _ patience: Duration, _ channel: (any Channel)?) {
        self.writer = writer
        self.patience = patience
        self.channel = channel
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        // As long as the connection takes bytes at once nobody waits.
        let deadline = channel.flatMap { $0.isWritable ? nil : $0.closing(in: patience) }
        defer { deadline?.cancel() }
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}

extension Channel {
    /// Closes it later, unless that is cancelled.
    fileprivate func closing(in time: Duration) -> Scheduled<Void> {
        eventLoop.scheduleTask(in: .init(time)) { self.close(promise: nil) }
    }
}
