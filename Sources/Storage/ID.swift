// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The identity of one `Entity`: a UUID of version 7 (RFC 9562 §5.7), so that ids made later sort later and new rows
/// land at the end of an index.
package struct ID<Entity>: Hashable, Sendable, CustomStringConvertible {
    package let uuid: UUID

    /// A new id. Ids made by one process ascend.
    package init() { uuid = uuidVersion7.withLock { $0.next(at: .now) } }

    package init(_ uuid: UUID) { self.uuid = uuid }

    /// Reads the usual form of 36 characters, in either case.
    package init?(_ string: String) {
        guard string.utf8.count == 36, let uuid = UUID(uuidString: string) else { return nil }
        self.uuid = uuid
    }

    /// The usual form, in lower case.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            withUnsafeBytes(of: uuid.uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[end] = UInt8(ascii: "-")
                        end += 1
                    }
                    text[end] = Self.digit(byte >> 4)
                    text[end + 1] = Self.digit(byte & 15)
                    end += 2
                }
            }
            return end
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension ID: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = ID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "An id is a UUID.")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ID: SQLConvertible {
    package var sqlValue: SQLValue { .uuid(uuid) }

    @inlinable
    package init(sqlValue: SQLValue) throws { self.init(try UUID(sqlValue: sqlValue)) }
}

private let uuidVersion7 = Mutex(UUIDVersion7())

/// Makes ascending UUIDs by the method of RFC 9562 §6.2 that counts in the twelve bits after the milliseconds.
struct UUIDVersion7 {
    private var milliseconds: UInt64 = 0
    private var counter: UInt16 = 0
    private var random = SystemRandomNumberGenerator()

    mutating func next(at time: Timestamp) -> UUID {
        let now = UInt64(clamping: time.milliseconds)
        if now > milliseconds {
            milliseconds = now
            counter = UInt16.random(in: 0..<0x800, using: &random)
        } else if counter < 0xFFF {
            counter += 1
        } else {
            milliseconds += 1
            counter = 0
        }
        let high = milliseconds << 16 | 0x7000 | UInt64(counter)
        let low = 0x8000_0000_0000_0000 | random.next() >> 2
        let bytes = (high.bigEndian, low.bigEndian)
        return withUnsafeBytes(of: bytes) { UUID(uuid: $0.load(as: uuid_t.self)) }
    }
}
