// SPDX-License-Identifier: Apache-2.0
import Formats

extension Timestamp {
    /// `2026-11-24T14:05:06.123Z`. Years beyond 0000–9999, which RFC 3339 cannot write, are clamped.
    package var rfc3339: String { RFC3339.text(milliseconds: milliseconds) }

    /// Reads any RFC 3339 `date-time`: an offset is applied, digits beyond milliseconds are dropped, and a leap second
    /// becomes the second after it.
    package init?(rfc3339 text: String) {
        guard let milliseconds = RFC3339.milliseconds(text) else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
