// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import Storage

extension ExchangeNode {
    /// Fetches an attachment's bytes from the peer of a link; refuses other bytes than those of the digest.
    /// - Parameter digest: SHA-256 in lower-case hexadecimal.
    package func fetchAttachment(_ digest: String, over destination: Destination) async throws -> [UInt8] {
        guard let contact = try await database.read({ tx in try self.contact(destination, tx) }) else {
            throw PeerFailure.unreachable("there is no such link")
        }
        let answer = try await contact.call(
            "GET", contact.peer.endpoints.attachment(digest), expecting: .attachment, through: self)
        guard answer.response.status == ExchangeStatus.ok.rawValue else {
            throw PeerFailure.status(answer.response.status, retryAfter: nil)
        }
        guard Array(SHA256.hash(data: answer.response.body)).hex == digest else { throw PeerFailure.unreachable("the peer sent other bytes than it announced") }
        return answer.response.body
    }

    /// Takes the peer's present statement in place of the one that is held: new keys, revoked keys, a new address. A peer
    /// that says it has moved is asked there first; as long as it does not answer there it is where it was.
    package func refreshStatement(_ destination: Destination) async throws {
        let now = now()
        let found = try await database.write { tx in
            try tx.run(
                """
                UPDATE links SET statement_asked_at = \(now)
                WHERE enterprise = \(destination.enterprise) AND id = \(destination.link)
                """)
            return try LinkStore(destination.enterprise, tx).find(destination.link)
        }
        guard let link = found else { return }
        if try await hasMoved(link) { return }
        let kept = try await keepStatement(at: link.address, of: link)
        if let kept, kept.movedTo != link.movedTo { _ = try await hasMoved(kept) }
    }

    /// Whether the peer answers where it says that it is now, under the root key that we pinned.
    private func hasMoved(_ link: Link) async throws -> Bool {
        guard let address = link.movedTo else { return false }
        do {
            return try await keepStatement(at: address, of: link)?.address == address
        } catch let error as LinkingError {
            logger.info(
                "A linked company has not moved to where it said", metadata: ["link": "\(link.id)", "error": "\(error)"])
            return false
        }
    }

    private func keepStatement(at address: Address, of link: Link) async throws -> Link? {
        let now = now()
        let (jwt, statement) = try await statement(at: address, pinned: link.root)
        return try await database.write { tx in
            let links = LinkStore(link.enterprise, tx)
            guard var link = try links.take(link.id) else { return nil }
            try links.keep(statement, jwt, fetchedAt: address, in: &link, at: now)
            return link
        }
    }

    /// A peer cannot keep us busy for ever: so many answers are asked for in a row, and so many conversations noted.
    private static let mostPages = 100
    private static let mostDiffering = 1_000

    /// Asks the peer where the conversations stand there, and writes down whether that is in step with ours.
    package func compare(_ destination: Destination) async throws {
        guard let contact = try await database.read({ tx in try self.contact(destination, tx) }) else { return }
        var differing: [UUID] = []
        var after: UUID?
        for _ in 0..<Self.mostPages {
            let query = after.map { "?after=\($0.wire)" } ?? ""
            let answer = try await contact.call(
                "GET", contact.peer.endpoints.digest(of: destination.link.uuid) + query, through: self)
            guard answer.response.status == ExchangeStatus.ok.rawValue else {
                throw PeerFailure.status(answer.response.status, retryAfter: nil)
            }
            let digest = try LinkDigest(JSONValue(parsing: answer.response.body))
            differing += try await database.read { tx in
                try LinkDigests(destination, tx).differences(from: digest)
            }
            guard digest.hasMore, differing.count < Self.mostDiffering, let last = digest.conversations.last?.id,
                after.map({ $0 < last }) ?? true
            else { break }
            after = last
        }
        differing = Array(differing.prefix(Self.mostDiffering))
        let (now, differs) = (now(), differing.isEmpty ? nil : differing.map(\.wire).joined(separator: " "))
        try await database.write { tx in
            try tx.run(
                """
                UPDATE links SET checked_at = \(now), differs = \(differs)
                WHERE enterprise = \(destination.enterprise) AND id = \(destination.link)
                """)
        }
    }
}
