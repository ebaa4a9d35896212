// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// One box that finds cases and customers.
package enum Searching: Feature {
    package static let actions: [any Operation.Type] = [Search.self]
}
