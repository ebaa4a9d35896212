// SPDX-License-Identifier: Apache-2.0
import Storage

/// The files that linked companies may fetch: those that a message or an answer granted them.
package struct GrantedAttachments: SharedAttachments {
    private let kernel: Kernel

    package init(_ kernel: Kernel) { self.kernel = kernel }

    package func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]? {
        guard let digest = [UInt8](hex: digest), let enterprise = try EnterpriseStore(tx).find(link.enterprise) else {
            return nil
        }
        let desk = Desk(enterprise, .company(link.id, name: link.name), kernel, tx, now: tx.startedAt)
        return try desk.attachments.bytes(digest, grantedTo: link.id)
    }
}
