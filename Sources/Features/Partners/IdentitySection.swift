// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// By what other companies know the enterprise, among its settings.
package struct IdentityView: Codable, Sendable {
    /// Where they find it: `host/slug`.
    package let address: String
    /// The thumbprint of its root key, by which they know it.
    package let rootThumbprint: String

    static let section = PageSection<SettingsPage>("identity", in: .cards, template: "identity-card") { page, desk -> IdentityView? in
        IdentityView(
            address: "\(page.authority)/\(desk.enterprise.slug)",
            rootThumbprint: try IdentityStore(desk.scope, desk.tx).root().thumbprint)
    } model: { view, _, _, _ in
        [("address", .text(view.address)), ("thumbprint", .text(view.rootThumbprint))]
    }
}
