// SPDX-License-Identifier: Apache-2.0
import Audit
import Collaboration
import Enquiries
import Follow
import Incidents
import Networking
import Notices
import Office
import Partners
import Presence
import Privacy
import Running
import Search
import Settings
import Today

/// The features of the product, in the order in which people meet them. Package.swift names their folders.
package enum Features {
    /// What every node has, whatever its kinds of case.
    package static let base: [any Feature.Type] = [
        House.self, Linking.self, Casework.self, Privacy.self, Presences.self, Following.self, TodayFeature.self,
        Searching.self, Partners.self, HouseSettings.self, Notices.self, Running.self, AuditTrail.self,
    ]

    package static let all: [any Feature.Type] = base + [Enquiries.self, Incidents.self]

    /// For what opens no page: commands, and tests.
    package static func kernel(host: String) -> Kernel { Kernel(all, host: host) { _ in } }
}
