// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

/// Which of an enterprise's endpoints a request is for.
struct ExchangeTarget {
    enum Endpoint: Equatable {
        case statement, invitations, inbox, outbox, outboxReceipts
        case digest(ID<Link>)
        case confirmation(ID<Link>)
        case ownConfirmation(ID<Link>)
        case peerStatement(ID<Link>)
        case attachment(String)
        case wantedAttachments
        case broughtAttachment(String)
    }

    let slug: String
    let endpoint: Endpoint
    let query: [String: String]

    init?(_ method: String, url: String, origin: String) {
        guard url.hasPrefix(origin + "/") else { return nil }
        let parts = url.dropFirst(origin.count).split(separator: "?", maxSplits: 1)
        let path = (parts.first ?? "").split(separator: "/").map(String.init)
        query = Dictionary(
            (parts.count > 1 ? parts[1] : "").split(separator: "&").compactMap { pair in
                let sides = pair.split(separator: "=", maxSplits: 1)
                return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
            }, uniquingKeysWith: { first, _ in first })
        if path.count == 3, path[0] == ".well-known", path[1] == "entente", method == "GET" {
            slug = path[2]
            endpoint = .statement
            return
        }
        guard path.count >= 3, path[1] == "exchange" else { return nil }
        slug = path[0]
        switch (method, path[2], path.count) {
        case ("POST", "inbox", 3): endpoint = .inbox
        case ("GET", "outbox", 3): endpoint = .outbox
        case ("POST", "outbox", 3): endpoint = .outboxReceipts
        case ("POST", "invitations", 3): endpoint = .invitations
        case ("GET", "attachments", 4) where AttachmentRefV1.isDigest(path[3]): endpoint = .attachment(path[3])
        case ("GET", "attachments", 3): endpoint = .wantedAttachments
        case ("POST", "attachments", 4) where AttachmentRefV1.isDigest(path[3]): endpoint = .broughtAttachment(path[3])
        case ("GET", "links", 5) where path[4] == "digest":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .digest(link)
        case ("POST", "links", 5) where path[4] == "confirmation":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .confirmation(link)
        case ("GET", "links", 5) where path[4] == "confirmation":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .ownConfirmation(link)
        case ("POST", "links", 5) where path[4] == "statement":
            guard let link = ID<Link>(path[3]) else { return nil }
            endpoint = .peerStatement(link)
        default: return nil
        }
    }
}
