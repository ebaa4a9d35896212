// SPDX-License-Identifier: Apache-2.0

/// Language, time zone and theme of a viewer.
package struct LocaleChoice: Sendable, Hashable {
    package enum Theme: String, Sendable, CaseIterable, Codable {
        case system, light, dark
    }

    /// A language code such as `en` or `nl`.
    package var language: String
    /// An IANA name such as `Europe/Brussels`.
    package var timeZone: String
    package var theme: Theme

    package init(language: String = "en", timeZone: String = "UTC", theme: Theme = .system) {
        self.language = language
        self.timeZone = timeZone
        self.theme = theme
    }
}
