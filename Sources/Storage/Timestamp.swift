// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Timestamp: Hashable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package static func + (time: Timestamp, seconds: Int) -> Timestamp { time.adding(.seconds(seconds)) }
    package static func - (time: Timestamp, seconds: Int) -> Timestamp { time.adding(.seconds(-seconds)) }

    /// The time from `earlier` to `later`; negative when they are the other way round.
    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }

    /// Parts of a millisecond are dropped.
    package func adding(_ duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
    package init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }
}

extension Timestamp: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: SQLConvertible {
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package init(sqlValue: SQLValue) throws { milliseconds = try Int64(sqlValue: sqlValue) }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = Timestamp(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "A time is an RFC 3339 text.")
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }
}
