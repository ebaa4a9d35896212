// SPDX-License-Identifier: Apache-2.0

/// A way to reach a customer, as the API tells it.
package struct ContactPointView: Codable, Sendable {
    package let channel: Channel
    package let value: String
    package let isPreferred: Bool
    package let note: String

    init(_ point: ContactPoint) {
        channel = point.channel
        value = point.value
        isPreferred = point.isPreferred
        note = point.note
    }
}
