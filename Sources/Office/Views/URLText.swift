// SPDX-License-Identifier: Apache-2.0
import Web

package enum URLText {
    /// `a=1&b=2`, escaped.
    package static func query(_ parameters: [(String, String)]) -> String {
        parameters.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}
