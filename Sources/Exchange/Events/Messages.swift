// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that is fetched separately, by its digest.
package struct AttachmentRefV1: WireStruct {
    /// SHA-256 of the content, in lower-case hexadecimal.
    package var digest: String
    package var name: String
    /// A media type, such as `image/jpeg`.
    package var type: String
    /// In bytes.
    package var size: Int64
    package var unknown = JSONObject()

    package init(digest: String, name: String, type: String, size: Int64) {
        self.digest = digest
        self.name = name
        self.type = type
        self.size = size
    }

    package init(_ fields: inout Fields) throws(WireError) {
        digest = try fields.text("digest", max: 64)
        guard Self.isDigest(digest) else {
            throw fields.error("digest", .wrongType(expected: "a SHA-256 in hexadecimal"))
        }
        name = try fields.text("name", max: Limits.reference)
        type = try fields.text("type", max: 127)
        size = try fields.integer("size", in: 0...Int64.max)
        guard size <= Limits.attachment else { throw fields.error("size", .tooLarge(limit: Int(Limits.attachment))) }
    }

    package func write(to object: inout JSONObject) {
        object["digest"] = .string(digest)
        object["name"] = .string(name)
        object["type"] = .string(type)
        object["size"] = .integer(size)
    }

    package static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// A message that these companies, and perhaps the customer, may read. Messages are only ever added.
package struct MessageAddedV1: HandoverEventData {
    package static let type = EventType("message.added")

    package var message: UUID
    package var handover: UUID
    /// Who wrote it, as the receiver may know: a person's or a company's name.
    package var author: String
    package var company: String
    package var text: String
    package var writtenAt: WireTime
    /// Whether it is the words of the customer, whom `author` then calls as the receiver may know; else the company's.
    package var isFromCustomer: Bool
    /// Names of the companies that can read it.
    package var audience: [String]
    /// Whether the customer can read it too.
    package var isForCustomer: Bool
    package var attachments: [AttachmentRefV1]
    package var unknown = JSONObject()

    package init(
        message: UUID, handover: UUID, author: String, company: String, text: String, writtenAt: WireTime,
        isFromCustomer: Bool = false, audience: [String], isForCustomer: Bool, attachments: [AttachmentRefV1] = []
    ) {
        self.message = message
        self.handover = handover
        self.author = author
        self.company = company
        self.text = text
        self.writtenAt = writtenAt
        self.isFromCustomer = isFromCustomer
        self.audience = audience
        self.isForCustomer = isForCustomer
        self.attachments = attachments
    }

    package init(_ fields: inout Fields) throws(WireError) {
        message = try fields.uuid("message")
        handover = try fields.uuid("handover")
        author = try fields.text("author", max: Limits.name)
        company = try fields.text("company", max: Limits.name)
        text = try fields.text("text", max: Limits.text)
        writtenAt = try fields.time("writtenAt")
        isFromCustomer = try fields.optionalFlag("fromCustomer") ?? false
        audience = try fields.texts("audience", max: Limits.audience, eachMax: Limits.name, isRequired: true)
        isForCustomer = try fields.flag("forCustomer")
        attachments = try fields.list("attachments", max: Limits.attachments)
    }

    package func write(to object: inout JSONObject) {
        object["message"] = .uuid(message)
        object["handover"] = .uuid(handover)
        object["author"] = .string(author)
        object["company"] = .string(company)
        object["text"] = .string(text)
        object["writtenAt"] = .time(writtenAt)
        object["fromCustomer"] = isFromCustomer ? .bool(true) : nil
        object["audience"] = .texts(audience)
        object["forCustomer"] = .bool(isForCustomer)
        object["attachments"] = attachments.isEmpty ? nil : .list(attachments)
    }
}
