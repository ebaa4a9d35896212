// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

extension Form {
    /// The day that it is for the viewer.
    package var today: CivilDate { CivilDate(now, in: TimeZone(identifier: locale.timeZone) ?? .gmt) }

    /// When a day begins for the viewer.
    package func start(of day: CivilDate) -> Timestamp { day.start(in: TimeZone(identifier: locale.timeZone) ?? .gmt) }

    /// A day: `2026-11-24`, as a `date` field sends it.
    package mutating func date(_ name: String, label: Phrase? = nil) -> CivilDate {
        describe(name, label, .date)
        if let date = readDate(name, label) { return date }
        missing(name, label)
        return today
    }

    package mutating func optionalDate(_ name: String, label: Phrase? = nil) -> CivilDate? {
        describe(name, label, .date, isRequired: false)
        return readDate(name, label)
    }

    private mutating func readDate(_ name: String, _ label: Phrase?) -> CivilDate? {
        guard let text = single(name, label) else { return nil }
        if text.utf8.count <= Self.written, let date = CivilDate(rawValue: text) { return date }
        reject(name, "“\(self.label(name, label))” is not a date. Write it like 2026-11-24.")
        return nil
    }
}
