// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

extension Call where As == StaffCaller {
    /// The caller's enterprise, on the caller's behalf.
    package func desk(_ tx: Transaction) -> Desk { Desk(caller, services.kernel, tx, now: now) }
}

extension Call where As == Anyone {
    /// The enterprise whose public page this is.
    package func desk(_ tx: Transaction) throws -> Desk {
        guard let enterprise = try EnterpriseStore(tx).find(slug: credentials.path["enterprise"] ?? "") else {
            throw Refusal.notFound
        }
        return Desk(
            enterprise, .system("public page"), services.kernel, tx, now: now, means: .page, context: Services())
    }
}

extension Desk {
    /// Whether the member or program that works here has a permission, for what a page offers: the action checks it again.
    package func may(_ permission: Permission) -> Bool { permission.isIncluded(in: roles) }
}
