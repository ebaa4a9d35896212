// SPDX-License-Identifier: Apache-2.0
import Exchange

/// Why an event from a linked company has no effect. Its sender is told, and nothing of it stays.
package struct Rejection: Error, Sendable {
    package let code: RejectionCode
    package let detail: String

    /// What cannot be read as it should be.
    package init(_ error: WireError) { self.init(error.code, "\(error)") }

    package init(_ code: RejectionCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
