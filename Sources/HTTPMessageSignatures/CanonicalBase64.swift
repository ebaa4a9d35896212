// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Data {
    /// Base64 whose unused bits are zero (RFC 4648, section 3.5): the same bytes have one spelling only.
    init?(canonicalBase64 text: String) {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        self = data
    }
}
