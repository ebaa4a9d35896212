// SPDX-License-Identifier: Apache-2.0

/// The page that a day begins with, for who adds to it.
package struct TodayPage: OpenPage {
    package enum Place: String, Sendable {
        /// Below what waits for the viewer.
        case main
        case side
    }

    package let viewer: StaffCaller

    package init(_ viewer: StaffCaller) { self.viewer = viewer }
}

/// The settings of the enterprise, for who adds to them.
package struct SettingsPage: OpenPage {
    package enum Place: String, Sendable {
        /// Below those of the house itself, as a card.
        case cards
    }

    package let viewer: StaffCaller
    /// Where the node is found: `crm.velora.example`.
    package let authority: String

    package init(_ viewer: StaffCaller, at authority: String) {
        self.viewer = viewer
        self.authority = authority
    }
}
