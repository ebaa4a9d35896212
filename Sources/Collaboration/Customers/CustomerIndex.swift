// SPDX-License-Identifier: Apache-2.0
import Storage

/// Full-text search over customers: name, place and contact points.
enum CustomerIndex {
    static let text = FullText<Customer>("customer_text")
}
