// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import HTTPMessageSignatures
import Logging
import Office
import Storage
import Web

/// This node's part in the exchange: it answers peers and calls them. Enterprises of one node talk through it too, with
/// the same bytes and the same signatures, only without the network.
package final class ExchangeNode: Sendable {
    package let database: Database
    /// Scheme and authority under which peers reach this node.
    package let origin: String
    package let allowsPlainLoopback: Bool
    package let handlers: InboundHandlers
    package let transport: any PeerTransport
    package let attachments: any SharedAttachments
    package let logger: Logger
    /// Seconds after which linked companies are asked again what waits here; `nil` where they can reach this node.
    package let pullInterval: Int?
    package let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - allowsPlainLoopback: whether nodes on this machine may be called without TLS, for a demo and for tests.
    ///   - attachments: where bytes that peers fetch come from.
    package init(
        database: Database, origin: String, allowsPlainLoopback: Bool = false, handlers: InboundHandlers,
        transport: any PeerTransport, attachments: any SharedAttachments = NoAttachments(),
        logger: Logger = Logger(label: "entente.exchange"), pullInterval: Int? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.database = database
        self.origin = origin
        self.allowsPlainLoopback = allowsPlainLoopback
        self.handlers = handlers
        self.transport = transport
        self.attachments = attachments
        self.logger = logger
        self.pullInterval = pullInterval
        self.now = now
    }

    /// Carries a request to a peer; to one of this node, without the network.
    func carry(_ request: PeerRequest) async throws -> PeerResponse {
        guard request.url.hasPrefix(origin + "/") else { return try await transport.send(request) }
        return await answer(request)
    }

    /// Host, and port unless it is the scheme's own.
    package var host: String { origin.range(of: "://").map { String(origin[$0.upperBound...]) } ?? origin }

    /// Our address for one of our enterprises.
    package func address(of slug: String) throws -> Address {
        guard let address = Address(host: host, slug: slug) else { throw IdentityError.noAddress(origin) }
        return address
    }

    /// The origin at which a peer's statement is fetched.
    package func origin(of address: Address) -> String { address.origin(allowingPlainLoopback: allowsPlainLoopback) }

    package static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

extension Timestamp {
    package var seconds: WireTime { WireTime(milliseconds: milliseconds) }
}

/// Where the bytes of attachments are, and what arrives goes.
package protocol SharedAttachments: Sendable {
    /// The bytes, if this link was granted them.
    func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]?
    /// Whether this link was granted anything.
    func hasGranted(_ link: ID<Link>, of enterprise: ID<Enterprise>, _ tx: Transaction) throws -> Bool
    /// Digests of what was announced over this link and has not come.
    func wanted(from link: Link, _ tx: Transaction) throws -> [String]
    /// Keeps bytes that are wanted from this link; false when they are not.
    func keep(_ bytes: [UInt8], _ digest: String, from link: Link, _ tx: Transaction) throws -> Bool
}

/// For a node without attachments, and for those that only give.
extension SharedAttachments {
    package func hasGranted(_ link: ID<Link>, of enterprise: ID<Enterprise>, _ tx: Transaction) throws -> Bool { false }
    package func wanted(from link: Link, _ tx: Transaction) throws -> [String] { [] }
    package func keep(_ bytes: [UInt8], _ digest: String, from link: Link, _ tx: Transaction) throws -> Bool { false }
}

/// For a node without attachments.
package struct NoAttachments: SharedAttachments {
    package init() {}
    package func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]? { nil }
}
