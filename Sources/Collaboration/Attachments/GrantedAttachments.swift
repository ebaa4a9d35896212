// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

/// The files that linked companies may fetch: those that a message or an answer granted them. And the files that they
/// bring, because they cannot be called: those that we wait for.
package struct GrantedAttachments: SharedAttachments {
    private let kernel: Kernel

    package init(_ kernel: Kernel) { self.kernel = kernel }

    package func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]? {
        guard let digest = [UInt8](hex: digest) else { return nil }
        return try desk(of: link, tx)?.attachments.bytes(digest, grantedTo: link.id)
    }

    package func hasGranted(_ link: ID<Link>, of enterprise: ID<Enterprise>, _ tx: Transaction) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM attachment_grants WHERE enterprise = \(enterprise) AND link = \(link) LIMIT 1"
        ) { try $0.next() as Int } != nil
    }

    package func wanted(from link: Link, _ tx: Transaction) throws -> [String] {
        try desk(of: link, tx)?.attachments.wanted(from: link.id).map(\.hex) ?? []
    }

    package func keep(_ bytes: [UInt8], _ digest: String, from link: Link, _ tx: Transaction) throws -> Bool {
        guard let desk = try desk(of: link, tx) else { return false }
        let task = FetchAttachment(enterprise: link.enterprise, link: link.id, digest: digest)
        guard try desk.isWaiting(for: task) else { return false }
        try desk.keep(bytes, of: task)
        return true
    }

    private func desk(of link: Link, _ tx: Transaction) throws -> Desk? {
        try EnterpriseStore(tx).find(link.enterprise).map {
            Desk($0, .company(link.id.uuid, name: link.name), kernel, tx, now: tx.startedAt)
        }
    }
}
