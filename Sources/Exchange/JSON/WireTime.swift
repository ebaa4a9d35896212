// SPDX-License-Identifier: Apache-2.0

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
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for index in range {
                guard index < bytes.count, (0x30...0x39).contains(bytes[index]) else { return nil }
                value = value * 10 + Int64(bytes[index] - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year), hour < 24, minute < 60,
            second < 61
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == 0x2E {
            let start = index + 1
            index = start
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                if index - start < 3 { fraction = fraction * 10 + Int64(bytes[index] - 0x30) }
                index += 1
            }
            guard index > start else { return nil }
            for _ in 0..<max(0, 3 - (index - start)) { fraction *= 10 }
        }
        guard index < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[index] | 0x20 == 0x7A {
            guard index + 1 == bytes.count else { return nil }
        } else {
            guard bytes[index] == 0x2B || bytes[index] == 0x2D, index + 6 == bytes.count, bytes[index + 3] == 0x3A,
                let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == 0x2B ? 1 : -1)
        }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        milliseconds = seconds * 1000 + fraction
        guard Self.written.contains(milliseconds) else { return nil }
    }

    /// RFC 3339 in UTC with milliseconds; what lies outside years 1 to 9999 is clamped.
    package var rfc3339: String {
        let milliseconds = min(max(milliseconds, Self.written.lowerBound), Self.written.upperBound)
        let seconds = WireTime(milliseconds: milliseconds).seconds
        let day = (seconds - ((seconds % 86_400) + 86_400) % 86_400) / 86_400
        let time = seconds - day * 86_400
        let (year, month, date) = Self.civil(daysSince1970: day)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func append(_ value: Int64, width: Int) {
            var divisor: Int64 = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                text.append(0x30 + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        append(year, width: 4)
        text.append(0x2D)
        append(month, width: 2)
        text.append(0x2D)
        append(date, width: 2)
        text.append(0x54)
        append(time / 3600, width: 2)
        text.append(0x3A)
        append(time / 60 % 60, width: 2)
        text.append(0x3A)
        append(time % 60, width: 2)
        text.append(0x2E)
        append(milliseconds - seconds * 1000, width: 3)
        text.append(0x5A)
        return String(decoding: text, as: UTF8.self)
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar, counted from March so that the leap day comes last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
