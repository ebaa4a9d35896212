// SPDX-License-Identifier: Apache-2.0
import Storage

/// What stands where a customer's own words were.
package enum Erased: String, Sendable, CaseIterable, Codable, SQLConvertible {
    /// At the customer's request, by whichever way it came.
    case request
    /// Because the contract's retention is over.
    case retention
}
