// SPDX-License-Identifier: Apache-2.0
import Crypto
import Formats
import Foundation

/// Several events in one body: a CloudEvents JSON batch.
package enum Batch {
    package static let contentType = "application/cloudevents-batch+json"
    package static let maxEvents = ExchangeLimits.standard.eventsPerBatch
    package static let maxBytes = ExchangeLimits.standard.bytesPerBatch

    /// An event of a batch that was received: the envelope, or why there is none, and the bytes it was sent as.
    package struct Item: Sendable {
        package let envelope: Result<Envelope, WireError>
        /// What is wrong with an event whose envelope can be read; it takes its place all the same.
        package let fault: WireError?
        /// The `id` as it was sent, unless it is much longer than any id.
        package let id: String?
        package let bytes: [UInt8]
        /// SHA-256 of the event's bytes, from its first brace to its last.
        package var hash: [UInt8] { Array(SHA256.hash(data: bytes)) }
    }

    /// Puts events together that are already encoded; what a sender stores is what it sends, at every retry.
    package static func encode(_ events: some Sequence<[UInt8]>) -> [UInt8] {
        var body: [UInt8] = [UInt8(ascii: "[")]
        for (index, event) in events.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: event)
        }
        body.append(UInt8(ascii: "]"))
        return body
    }

    /// How many of the first events fit into one batch, given their sizes in bytes; always one, if there is one.
    package static func prefix(ofSizes sizes: some Sequence<Int>, within limits: ExchangeLimits) -> Int {
        var bytes = 1
        var count = 0
        for size in sizes {
            bytes += size + 1
            guard count == 0 || count < limits.eventsPerBatch && bytes <= limits.bytesPerBatch else { break }
            count += 1
        }
        return count
    }

    /// Reads a body. A body that is no batch, or too large a one, is refused as a whole; an event that is no event
    /// is an item of its own.
    package static func decode(_ body: [UInt8]) throws(BatchError) -> [Item] {
        guard body.count <= maxBytes else { throw .tooManyBytes }
        let items: [(value: JSONValue, range: Range<Int>)]
        do throws(JSONError) { items = try JSONParser.items(body) } catch { throw .malformed(error) }
        guard items.count <= maxEvents else { throw .tooManyEvents }
        return items.map { value, range in
            Item(
                envelope: envelope(value), fault: fault(of: value, size: range.count), id: id(of: value),
                bytes: [UInt8](body[range]))
        }
    }

    private static func envelope(_ value: JSONValue) -> Result<Envelope, WireError> {
        do throws(WireError) { return .success(try Envelope(value)) } catch { return .failure(error) }
    }

    private static func fault(of value: JSONValue, size: Int) -> WireError? {
        if size > Limits.event { return WireError("event", .tooLarge(limit: Limits.event)) }
        return value.holdsNull ? WireError("event", .invalid(WireError.holdsNull)) : nil
    }

    private static func id(of value: JSONValue) -> String? {
        value.object?["id"]?.string.flatMap { $0.utf8.count <= Limits.code && !$0.utf8.contains(0) ? $0 : nil }
    }
}

package enum BatchError: Error, Hashable, Sendable {
    case malformed(JSONError)
    case tooManyEvents
    case tooManyBytes
}
