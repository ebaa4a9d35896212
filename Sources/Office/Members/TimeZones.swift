// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

/// The time zones that a form offers.
package struct TimeZones {
    package let name: String
    private let zone: TimeZone

    /// All zones named after a place, by name.
    package static let all = TimeZone.knownTimeZoneIdentifiers
        .filter { $0.contains("/") && !$0.hasPrefix("Etc/") || $0 == "UTC" }.sorted()
        .compactMap { name in TimeZone(identifier: name).map { TimeZones(name: name, zone: $0) } }

    /// `{value, label: "Brussels (UTC+1)", selected}`
    package func model(isSelected: Bool, at now: Timestamp) -> Model {
        let minutes = zone.secondsFromGMT(for: now.date) / 60
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        let offset = (minutes < 0 ? "−" : "+") + "\(hours)" + (rest == 0 ? "" : ":\(rest < 10 ? "0" : "")\(rest)")
        let place = name.replacing("_", with: " ").replacing("/", with: " / ")
        return ["value": .text(name), "label": .text("\(place) (UTC\(offset))"), "selected": .flag(isSelected)]
    }
}
