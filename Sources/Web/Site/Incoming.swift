// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// A body as far as its action needs it in memory.
enum ReceivedBody: Sendable {
    case bytes([UInt8])
    /// A form with files, which was taken apart as it came.
    case form(Fields)

    static let none = ReceivedBody.bytes([])
}

/// What a body may take, and where it is counted.
struct BodyLimits: Sendable {
    /// Bytes of all of it.
    let total: Int
    /// Bytes of the texts of a form with files.
    let texts: Int
    let memory: BudgetShare
    let disk: BudgetShare
}

extension Site {
    /// Reads a body to its end, within limits. Whatever stops it, nothing more of that body is wanted.
    func receive(
        _ request: Request, _ endpoint: Endpoint, _ limits: BodyLimits, _ channel: (any Channel)?
    ) async throws -> ReceivedBody {
        // A client that sends too slowly is cut off: it would hold a connection and memory for ever.
        let deadline = channel?.eventLoop.scheduleTask(in: .init(configuration.bodyTimeout)) {
            channel?.close(promise: nil)
        }
        defer { deadline?.cancel() }
        let received: (form: MultipartReader?, bytes: [UInt8])
        do {
            received = try await collect(request, takesForms: endpoint.negotiates, limits)
        } catch let error as any Problem {
            channel?.closeSoon()
            throw error
        } catch is HTTPParserError {
            throw MalformedRequest("The body's length or chunks are not what HTTP/1.1 says. Send the request again.")
        } catch {
            throw ClientLeft(reason: "\(error)")
        }
        return try received.form.map { .form(try $0.finish()) } ?? .bytes(received.bytes)
    }

    private func collect(
        _ request: Request, takesForms: Bool, _ limits: BodyLimits
    ) async throws -> (form: MultipartReader?, bytes: [UInt8]) {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        var form: MultipartReader?
        if takesForms, let text = request.headers[.contentType] {
            let type = MediaValue(text)
            if type.type == "multipart/form-data" {
                guard let boundary = type.parameters["boundary"] else { throw MalformedRequest.multipart }
                form = try MultipartReader(boundary: boundary, textLimit: limits.texts)
            }
        }
        var bytes: [UInt8] = []
        var total = 0
        for try await chunk in request.body {
            total += chunk.readableBytes
            guard total <= limits.total else { throw TooLarge(limit: limits.total) }
            if form != nil {
                try form?.take(chunk.readableBytesView)
                try limits.memory.grow(to: form?.memory ?? 0)
                try limits.disk.grow(to: form?.disk ?? 0)
            } else {
                try limits.memory.grow(to: total)
                if bytes.isEmpty { bytes.reserveCapacity(min(announced ?? 0, 1 << 16)) }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        }
        if let announced, total < announced { throw ClientLeft(reason: "the body ended early") }
        return (form, bytes)
    }
}

extension Request {
    /// Whether a body follows the head.
    var announcesBody: Bool { headers.contains(.transferEncoding) || headers[.contentLength].map { $0 != "0" } ?? false }
}

extension Channel {
    /// Closes after a moment, in which the client can still read why.
    func closeSoon() { eventLoop.scheduleTask(in: .seconds(1)) { self.close(promise: nil) } }
}

/// The client has gone in the middle of its request: there is nobody to answer.
struct ClientLeft: Problem {
    let reason: String
    var status: Int { 400 }
    var type: String { "malformed-request" }
    var title: Phrase { "The request cannot be read" }
    var detail: Phrase { "The request ended before all of it had come. Send it again." }
}
