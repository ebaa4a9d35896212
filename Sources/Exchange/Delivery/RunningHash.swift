// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A hash over all events of a conversation in one direction, in their order: equal on both sides exactly when both
/// hold the same events.
package struct RunningHash: Hashable, Sendable {
    /// 32 bytes; all zero before the first event.
    package let bytes: [UInt8]

    package init() { bytes = [UInt8](repeating: 0, count: 32) }
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// SHA-256 of the hash so far and the SHA-256 of the event's bytes.
    package func adding(eventHash: [UInt8]) -> RunningHash {
        RunningHash(bytes: Array(SHA256.hash(data: bytes + eventHash)))
    }

    package var text: String { Base64URL.encode(bytes) }
}

/// Where each conversation of a link stands at one side: the answer to a digest request.
package struct LinkDigest: WireStruct {
    package static let contentType = "application/vnd.entente.digest+json"
    package static let maxConversations = 1_000

    package struct Conversation: WireStruct {
        package var id: UUID
        /// The last `convseq` sent by the answering side, and the running hash up to it.
        package var sent: Int64
        package var sentHash: String
        /// The last `convseq` it has taken, and the running hash up to it.
        package var received: Int64
        package var receivedHash: String
        package var unknown = JSONObject()

        package init(id: UUID, sent: Int64, sentHash: RunningHash, received: Int64, receivedHash: RunningHash) {
            self.id = id
            self.sent = sent
            self.sentHash = sentHash.text
            self.received = received
            self.receivedHash = receivedHash.text
        }

        package init(_ fields: inout Fields) throws(WireError) {
            id = try fields.uuid("id")
            sent = try fields.integer("sent", in: 0...Int64(Int32.max))
            sentHash = try fields.text("sentHash", max: 64)
            received = try fields.integer("received", in: 0...Int64(Int32.max))
            receivedHash = try fields.text("receivedHash", max: 64)
        }

        package func write(to object: inout JSONObject) {
            object["id"] = .uuid(id)
            object["sent"] = .integer(sent)
            object["sentHash"] = .string(sentHash)
            object["received"] = .integer(received)
            object["receivedHash"] = .string(receivedHash)
        }

        /// Whether the other side's view of this conversation mirrors this one.
        package func mirrors(_ other: Conversation) -> Bool {
            id == other.id && sent == other.received && sentHash == other.receivedHash
                && received == other.sent && receivedHash == other.sentHash
        }
    }

    package var conversations: [Conversation]
    /// Whether there are more conversations than one answer holds; ask again with `after` the last id.
    package var hasMore: Bool
    package var unknown = JSONObject()

    package init(conversations: [Conversation], hasMore: Bool = false) {
        self.conversations = conversations
        self.hasMore = hasMore
    }

    package init(_ fields: inout Fields) throws(WireError) {
        conversations = try fields.list("conversations", max: Self.maxConversations, isRequired: true)
        hasMore = try fields.flag("more")
    }

    package func write(to object: inout JSONObject) {
        object["conversations"] = .list(conversations)
        object["more"] = .bool(hasMore)
    }

    /// The conversations on which this side and the other differ; empty when they are in step.
    package func differences(from other: LinkDigest) -> [UUID] {
        let theirs = Dictionary(other.conversations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let mine = Set(conversations.map(\.id))
        return conversations.filter { mine in theirs[mine.id].map { !mine.mirrors($0) } ?? true }.map(\.id)
            + other.conversations.map(\.id).filter { !mine.contains($0) }
    }
}
