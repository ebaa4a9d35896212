// SPDX-License-Identifier: Apache-2.0
import Formats

/// A moment in UTC milliseconds since 1970, on the wire as RFC 3339 with three decimals.
package struct WireTime: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { milliseconds = seconds * 1000 }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }

    package static func < (left: WireTime, right: WireTime) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (time: WireTime, seconds: Int64) -> WireTime {
        WireTime(milliseconds: time.milliseconds + seconds * 1000)
    }
    package static func - (time: WireTime, seconds: Int64) -> WireTime { time + -seconds }
}

extension WireTime {
    /// Years 1 to 9999: what RFC 3339 can write, in milliseconds since 1970.
    private static let written: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// Such as `2026-11-24T14:05:06.123Z`; any offset and any number of decimals are understood. Nil for a moment that
    /// lies outside years 1 to 9999 in UTC.
    package init?(rfc3339 text: String) {
        // A blank in place of the T is no form that the protocol knows.
        guard !text.utf8.contains(UInt8(ascii: " ")), let milliseconds = RFC3339.milliseconds(text),
            Self.written.contains(milliseconds)
        else { return nil }
        self.milliseconds = milliseconds
    }

    /// RFC 3339 in UTC with milliseconds; what lies outside years 1 to 9999 is clamped.
    package var rfc3339: String {
        RFC3339.text(milliseconds: min(max(milliseconds, Self.written.lowerBound), Self.written.upperBound))
    }
}
