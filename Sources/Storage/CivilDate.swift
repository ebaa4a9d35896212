// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A day of the calendar, without a time or a place, written like `2026-11-24` (ISO 8601). Stored as text.
package struct CivilDate: Hashable, Sendable, RawRepresentable, Codable, SQLConvertible {
    package let rawValue: String

    /// Takes a day that exists, in exactly this form.
    package init?(rawValue: String) {
        guard rawValue.utf8.count == 10, Timestamp(rfc3339: "\(rawValue)T00:00:00Z") != nil else { return nil }
        self.rawValue = rawValue
    }

    /// The day that a moment falls on in a time zone.
    package init(_ moment: Timestamp, in zone: TimeZone) {
        let local = moment.adding(.seconds(zone.secondsFromGMT(for: moment.date)))
        rawValue = String(local.rfc3339.prefix(10))
    }

    /// When it begins in a time zone.
    package func start(in zone: TimeZone) -> Timestamp {
        let midnight = Timestamp(rfc3339: "\(rawValue)T00:00:00Z") ?? Timestamp(milliseconds: 0)
        // The offset of midnight there, which is another one on the night of a change of the clocks.
        let guess = midnight.adding(.seconds(-zone.secondsFromGMT(for: midnight.date)))
        return midnight.adding(.seconds(-zone.secondsFromGMT(for: guess.date)))
    }

    /// The day after.
    package var next: CivilDate { CivilDate(start(in: .gmt).adding(.seconds(86_400)), in: .gmt) }
}

extension CivilDate: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension CivilDate: CustomStringConvertible {
    package var description: String { rawValue }
}
