// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

extension Desk {
    /// Announces files whose bytes still have to be fetched over a link. They are fetched even if the same bytes are
    /// here already: that a peer can name a digest does not prove that it has the file.
    package func expect(_ files: [AttachmentRefV1], of message: Message, over link: Link) throws {
        for file in files {
            guard let digest = [UInt8](hex: file.digest) else { continue }
            try attachments.add(
                Attachment(
                    id: ID(), caseID: message.caseID, message: message.id, digest: digest,
                    name: FileName.safe(file.name), type: FileType.unknown.rawValue,
                    size: Int(file.size), comingOver: link.id, comingSince: now))
            try fetch(digest, over: link)
        }
    }
}
