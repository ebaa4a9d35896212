// SPDX-License-Identifier: Apache-2.0

/// What a member may do. An action names one; there is no default. A feature adds its own with the roles that have it:
///
/// ```swift
/// extension Permission { package static let ordersWrite = Permission("orders.write", .administrator, .sales) }
/// ```
package struct Permission: Sendable, Hashable {
    package let name: String
    package let roles: Set<Member.Role>

    package init(_ name: String, _ roles: Member.Role...) {
        self.name = name
        self.roles = Set(roles)
    }

    /// Whether all of these roles have it; no role at all has none.
    package func isIncluded(in roles: Set<Member.Role>) -> Bool { !roles.isEmpty && self.roles.isSuperset(of: roles) }

    package init(everybody name: String) {
        self.name = name
        roles = Set(Member.Role.allCases)
    }
}

/// Those of the house itself.
extension Permission {
    package static let membersRead = Permission(everybody: "members.read")
    package static let membersManage = Permission("members.manage", .administrator)
    package static let tokensManage = Permission("tokens.manage", .administrator)
    package static let settingsManage = Permission("settings.manage", .administrator)
    /// One's own profile and sessions.
    package static let ownAccount = Permission(everybody: "account.own")
}
