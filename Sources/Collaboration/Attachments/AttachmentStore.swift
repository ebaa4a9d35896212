// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Networking
import Office
import Storage
import Web

/// A file in a case; who may see it follows the message it came with.
package struct Attachment: Sendable {
    package let id: ID<Attachment>
    package let caseID: ID<Case>
    package let message: ID<Message>
    /// SHA-256 of its bytes.
    package let digest: [UInt8]
    package let name: String
    package let type: String
    package let size: Int
    /// The link over which its bytes still have to come; `nil` once they are here.
    package var comingOver: ID<Link>?
    /// When it was announced, or last asked for again.
    package var comingSince: Timestamp?

    package enum Arrival: String, Sendable { case here, coming, missing }

    /// What has not come within a week is not waited for any more; a person may ask for it again.
    package func arrival(at now: Timestamp) -> Arrival {
        guard comingOver != nil else { return .here }
        return comingSince.map { now < $0 + Self.patience } ?? false ? .coming : .missing
    }

    /// Seconds.
    static let patience = 7 * 86_400
}

/// A file as somebody sends it.
package struct Upload: Sendable {
    package let name: String
    private let file: UploadedFile

    package init(name: String, bytes: [UInt8]) {
        self.init(UploadedFile(name: name, claimedType: "", bytes: bytes))
    }

    package init(_ file: UploadedFile) {
        name = file.name
        self.file = file
    }

    /// Read when they are asked for: ask for one file's at a time.
    package func bytes() throws -> [UInt8] { try file.bytes() }
    package var digest: [UInt8] { file.digest }
}

extension Desk {
    package var attachments: AttachmentStore { AttachmentStore(desk: self) }
}

package struct AttachmentStore {
    let desk: Desk
    var tx: Transaction { desk.tx }

    private static let columns: SQL = "id, case_id, message, digest, name, type, size, coming_over, coming_since"

    package func find(_ id: ID<Attachment>) throws -> Attachment? {
        try tx.first(
            "SELECT \(Self.columns) FROM attachments WHERE enterprise = \(desk.scope) AND id = \(id)", Self.read)
    }

    func find(_ id: ID<Attachment>, of item: Case) throws -> Attachment {
        guard let found = try find(id), found.caseID == item.id else { throw Missing.attachment }
        return found
    }

    /// All of a case, by message.
    package func list(of item: ID<Case>) throws -> [ID<Message>: [Attachment]] {
        Dictionary(grouping: try ask(of: item).rows, by: \.message)
    }

    func ask(of item: ID<Case>) throws -> Later<Attachment> {
        try tx.later(
            """
            SELECT \(Self.columns) FROM attachments
            WHERE enterprise = \(desk.scope) AND case_id = \(item) ORDER BY id
            """, Self.read)
    }

    package func list(of messages: [ID<Message>]) throws -> [ID<Message>: [Attachment]] {
        guard !messages.isEmpty else { return [:] }
        let found = try tx.all(
            """
            SELECT \(Self.columns) FROM attachments
            WHERE enterprise = \(desk.scope) AND message IN (\(SQL.list(messages))) ORDER BY id
            """, Self.read)
        return Dictionary(grouping: found, by: \.message)
    }

    package func bytes(_ digest: [UInt8]) throws -> [UInt8]? {
        try tx.first("SELECT bytes FROM blobs WHERE enterprise = \(desk.scope) AND digest = \(digest)") { try $0.next() }
    }

    @discardableResult
    func add(_ upload: Upload, to message: Message) throws -> Attachment {
        let bytes = try upload.bytes()
        let digest = upload.digest
        try keep(bytes, digest: digest)
        let attachment = Attachment(
            id: ID(), caseID: message.caseID, message: message.id, digest: digest, name: FileName.safe(upload.name),
            type: FileType(sniffing: bytes).rawValue, size: bytes.count)
        try add(attachment)
        return attachment
    }

    func add(_ attachment: Attachment) throws {
        try tx.run(
            """
            INSERT INTO attachments (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(attachment.id), \(attachment.caseID), \(attachment.message), \(attachment.digest),
                \(attachment.name), \(attachment.type), \(attachment.size), \(attachment.comingOver),
                \(attachment.comingSince))
            """)
    }

    /// The same file once more, in another message.
    func copy(_ attachment: Attachment, to message: Message) throws -> Attachment {
        let copy = Attachment(
            id: ID(), caseID: message.caseID, message: message.id, digest: attachment.digest, name: attachment.name,
            type: attachment.type, size: attachment.size, comingOver: attachment.comingOver,
            comingSince: attachment.comingSince)
        try add(copy)
        return copy
    }

    /// Keeps bytes that were announced over a link; every attachment that waited for them over that link is complete then.
    package func arrive(_ bytes: [UInt8], digest: [UInt8], over link: ID<Link>) throws {
        try keep(bytes, digest: digest)
        try tx.run(
            """
            UPDATE attachments SET coming_over = NULL, type = \(FileType(sniffing: bytes).rawValue)
            WHERE enterprise = \(desk.scope) AND digest = \(digest) AND coming_over = \(link)
            """)
    }

    /// What was announced over a link and is still waited for, the oldest first.
    func wanted(from link: ID<Link>) throws -> [[UInt8]] {
        try tx.all(
            """
            SELECT digest FROM attachments
            WHERE enterprise = \(desk.scope) AND coming_over = \(link)
                AND coming_since > \(desk.now - Attachment.patience)
            GROUP BY digest ORDER BY MIN(coming_since), digest LIMIT \(WantedAttachments.most)
            """
        ) { try $0.next() }
    }

    /// Waits for bytes over a link from now on, in whichever message they were announced.
    func wait(for digest: [UInt8], over link: ID<Link>) throws {
        try tx.run(
            """
            UPDATE attachments SET coming_since = \(desk.now)
            WHERE enterprise = \(desk.scope) AND digest = \(digest) AND coming_over = \(link)
            """)
    }

    /// A company that did not take the case on, or no longer may, fetches nothing more of it.
    func endGrants(of item: ID<Case>, to link: ID<Link>) throws {
        try tx.run(
            """
            DELETE FROM attachment_grants WHERE enterprise = \(desk.scope) AND link = \(link) AND digest IN (
                SELECT digest FROM attachments WHERE enterprise = \(desk.scope) AND case_id = \(item))
            """)
    }

    /// Companies that see a message with this file and did not send it.
    func readers(of digest: [UInt8], but sender: ID<Link>) throws -> [ID<Link>] {
        try tx.all(
            """
            SELECT DISTINCT m.link FROM attachments a
            JOIN message_audience m ON m.enterprise = a.enterprise AND m.message = a.message
            WHERE a.enterprise = \(desk.scope) AND a.digest = \(digest) AND a.coming_over = \(sender)
                AND m.link <> \(sender)
            """
        ) { try $0.next() }
    }

    /// Lets a linked company fetch these bytes.
    func grant(_ digest: [UInt8], to link: ID<Link>) throws {
        try tx.run(
            """
            INSERT INTO attachment_grants (enterprise, link, digest) VALUES (\(desk.scope), \(link), \(digest))
            ON CONFLICT (enterprise, link, digest) DO NOTHING
            """)
    }

    /// The bytes, if this link was granted them.
    package func bytes(_ digest: [UInt8], grantedTo link: ID<Link>) throws -> [UInt8]? {
        try tx.first(
            """
            SELECT b.bytes FROM attachment_grants g
            JOIN blobs b ON b.enterprise = g.enterprise AND b.digest = g.digest
            WHERE g.enterprise = \(desk.scope) AND g.link = \(link) AND g.digest = \(digest)
            """
        ) { try $0.next() }
    }

    /// Holds the row also where the bytes are here already, so that nobody forgets them before they are referred to.
    private func keep(_ bytes: [UInt8], digest: [UInt8]) throws {
        let held = SQL.perEngine(sqlite: "NOTHING", postgres: "UPDATE SET digest = excluded.digest")
        try tx.run(
            """
            INSERT INTO blobs (enterprise, digest, bytes) VALUES (\(desk.scope), \(digest), \(bytes))
            ON CONFLICT (enterprise, digest) DO \(held)
            """)
    }

    private static func read(_ row: inout Row) throws -> Attachment {
        try Attachment(
            id: row.next(), caseID: row.next(), message: row.next(), digest: row.next(), name: row.next(),
            type: row.next(), size: row.next(), comingOver: row.next(), comingSince: row.next())
    }
}

extension Missing { package static let attachment = Missing("attachment") }
