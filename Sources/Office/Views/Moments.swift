// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

/// Writes moments and spans as one viewer reads them.
package struct Moments {
    private let zone: TimeZone
    private let isDutch: Bool
    private let now: Timestamp
    private let today: Civil

    package init(_ locale: LocaleChoice, now: Timestamp) {
        zone = TimeZone(identifier: locale.timeZone) ?? .gmt
        isDutch = locale.language == "nl"
        self.now = now
        today = Self.civil(now, zone)
    }

    private static let english = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let dutch = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]

    /// `13:02` today, `23 Nov 13:02` this year, `23 Nov 2025` before or after.
    package func clock(_ moment: Timestamp) -> String {
        let then = Self.civil(moment, zone)
        let time = "\(two(then.hour)):\(two(then.minute))"
        if then.day == today.day && then.month == today.month && then.year == today.year { return time }
        let day = "\(then.day) \((isDutch ? Self.dutch : Self.english)[then.month - 1])"
        return then.year == today.year ? "\(day) \(time)" : "\(day) \(then.year)"
    }

    /// `Tuesday 24 November 2026`.
    package func day(_ moment: Timestamp) -> String {
        let style = Date.FormatStyle(locale: Locale(identifier: isDutch ? "nl_BE" : "en_GB"), timeZone: zone)
        return moment.date.formatted(style.weekday(.wide).day().month(.wide).year())
    }

    /// `52 min`, `3 h 08 min`, `2 d`: as coarse as one would say it.
    package func span(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds) / 60_000
        let hour = isDutch ? "u" : "h"
        if minutes < 1 { return isDutch ? "< 1 min" : "< 1 min" }
        if minutes < 60 { return "\(minutes) min" }
        if minutes < 24 * 60 {
            return minutes % 60 == 0
                ? "\(minutes / 60) \(hour)" : "\(minutes / 60) \(hour) \(two(Int(minutes % 60))) min"
        }
        return "\(minutes / 1440) d"
    }

    package func ago(_ moment: Timestamp) -> String { span(now.milliseconds - moment.milliseconds) }

    /// What is left until a deadline, or by how much it is late.
    package func deadline(_ due: Timestamp) -> (left: String?, late: String?) {
        due >= now
            ? (span(due.milliseconds - now.milliseconds), nil) : (nil, span(now.milliseconds - due.milliseconds))
    }

    package func isToday(_ moment: Timestamp) -> Bool {
        let then = Self.civil(moment, zone)
        return then.day == today.day && then.month == today.month && then.year == today.year
    }

    /// Whether a deadline is near enough to stand out.
    package func isSoon(_ due: Timestamp) -> Bool { due.milliseconds - now.milliseconds < 4 * 3_600_000 }

    private struct Civil {
        let year: Int
        let month: Int
        let day: Int
        let hour: Int
        let minute: Int
    }

    /// The proleptic Gregorian date of a moment in the viewer's zone; a calendar object costs twenty times as much.
    private static func civil(_ moment: Timestamp, _ zone: TimeZone) -> Civil {
        let local = Int(moment.milliseconds / 1000) + zone.secondsFromGMT(for: moment.date)
        let days = Int((Double(local) / 86_400).rounded(.down))
        let seconds = local - days * 86_400
        // Days since 0000-03-01, in eras of 400 years; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return Civil(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: seconds / 3600, minute: seconds % 3600 / 60)
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
