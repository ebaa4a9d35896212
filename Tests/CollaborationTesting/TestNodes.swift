// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Logging
import Networking
import Office
import Storage
import StorageTesting
import Synchronization

/// Nodes that reach each other through a wire that can fail, under one clock that only tests move.
package final class TestNetwork: PeerTransport {
    package enum Fault: Error {
        case unreachable, responseLost
    }

    private struct State {
        var nodes: [String: ExchangeNode] = [:]
        var sent: [PeerRequest] = []
        var time = Timestamp.now
        var underWay = 0
        var mostUnderWay = 0
    }

    private let state = Mutex(State())
    /// What happens to a request; called before it is delivered and, with the response, after.
    private let tamper = Mutex<@Sendable (inout PeerRequest) throws -> Void>({ _ in })
    private let lose = Mutex<@Sendable (PeerRequest) throws -> Void>({ _ in })
    private let impostor = Mutex<@Sendable (PeerRequest) async throws -> PeerResponse?>({ _ in nil })

    package init() {}

    package var time: Timestamp { state.withLock { $0.time } }
    package var sent: [PeerRequest] { state.withLock { $0.sent } }
    package var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    package func advance(_ seconds: Int) { state.withLock { $0.time = $0.time + seconds } }
    package func set(_ time: Timestamp) { state.withLock { $0.time = time } }
    package func add(_ node: ExchangeNode, as origin: String? = nil) {
        state.withLock { $0.nodes[origin ?? node.origin] = node }
    }

    package func beforeDelivery(_ body: @escaping @Sendable (inout PeerRequest) throws -> Void) {
        tamper.withLock { $0 = body }
    }
    package func afterDelivery(_ body: @escaping @Sendable (PeerRequest) throws -> Void) { lose.withLock { $0 = body } }
    /// Answers in a node's place; nil leaves the answer to the node.
    package func answerInstead(_ body: @escaping @Sendable (PeerRequest) async throws -> PeerResponse?) {
        impostor.withLock { $0 = body }
    }
    package func heal() {
        beforeDelivery { _ in }
        afterDelivery { _ in }
        answerInstead { _ in nil }
    }

    package func send(_ request: PeerRequest) async throws -> PeerResponse {
        var request = request
        state.withLock { state in
            state.sent.append(request)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        try tamper.withLock { $0 }(&request)
        let node = state.withLock { state in state.nodes.first { request.url.hasPrefix($0.key + "/") }?.value }
        guard let node else { throw Fault.unreachable }
        if let answer = try await impostor.withLock({ $0 })(request) { return answer }
        let response = await node.answer(request)
        try lose.withLock { $0 }(request)
        return response
    }
}

/// One node with its database, and what events have done there.
package final class TestNode: Sendable {
    package let database: Database
    package let node: ExchangeNode
    package let delivery: Delivery
    package let network: TestNetwork

    static let schema = [
        Migration(
            "effects",
            """
            CREATE TABLE effects (
                enterprise UUID NOT NULL, conversation UUID NOT NULL, convseq BIGINT NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (enterprise, conversation, convseq)
            )
            """)
    ]

    package init(_ host: String, _ engine: Engine, _ network: TestNetwork) async throws {
        database = try await TestDatabase.make(
            engine, migrations: Basis.features.migrations + Self.schema)
        node = ExchangeNode(
            database: database, origin: "https://\(host)",
            handlers: InboundHandlers(InboundHandlers.aboutLinks + [Self.handler, Self.revocation]),
            transport: network, attachments: FileOfEachLink(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { network.time })
        delivery = Delivery(node, jitter: { 0 })
        self.network = network
        network.add(node)
    }

    /// Writes the text down; refuses «no», and fails at «crash» after having written.
    private static let handler = InboundHandler.on(MessageAddedV1.self) { message, envelope, link, tx, _ in
        try tx.run(
            """
            INSERT INTO effects (enterprise, conversation, convseq, text)
            VALUES (\(link.enterprise), \(envelope.conversation), \(envelope.convseq), \(message.text))
            """)
        if message.text == "no" { throw Rejection(.stale, "not now") }
        if message.text == "crash" { throw StorageError.unexpectedValue(expected: "a", found: "b") }
    }

    private static let revocation = InboundHandler.on(ContactRevokedV1.self, outlivesLink: true) {
        revoked, envelope, link, tx, _ in
        try tx.run(
            """
            INSERT INTO effects (enterprise, conversation, convseq, text)
            VALUES (\(link.enterprise), \(envelope.conversation), \(envelope.convseq), \("forget \(revoked.customer)"))
            """)
    }

    /// How many answers of peers are kept as proof.
    package func keptReceipts() async throws -> Int? {
        try await database.read { tx in try tx.first("SELECT count(*) FROM receipts") { try $0.next() } }
    }

    package func enterprise(_ slug: String) async throws -> Enterprise {
        let enterprise = Enterprise(slug: slug, name: slug.capitalized, colour: 3, place: "Ghent", prefix: "X")
        let now = network.time
        try await database.write { tx in
            try EnterpriseStore(tx).add(enterprise)
            try IdentityStore(enterprise.id, tx).establish(at: now)
        }
        return enterprise
    }

    package func invite(_ enterprise: Enterprise, as role: Role = .supplier) async throws -> (LinkInvitation, String) {
        let (address, now) = (try node.address(of: enterprise.slug), network.time)
        return try await database.write { tx in
            let (kept, invitation) = try InvitationStore(enterprise.id, tx).invite(
                "Somebody", as: role, kinds: ["enquiry"], from: address, at: now)
            return (kept, invitation.url(allowingPlainLoopback: false))
        }
    }

    package func send(
        _ texts: [String], from enterprise: Enterprise, over link: ID<Link>, in conversation: ID<Conversation> = ID()
    )
        async throws
    {
        let (address, now) = (try node.address(of: enterprise.slug), network.time)
        try await database.write { tx in
            guard let link = try LinkStore(enterprise.id, tx).find(link) else { return }
            for text in texts {
                try Outbox(enterprise.id, source: address, tx).enqueue(
                    Outgoing(Self.message(text)), link: link, conversation: conversation, at: now)
            }
        }
    }

    package static func message(_ text: String) -> MessageAddedV1 {
        MessageAddedV1(
            message: UUID(), handover: UUID(), author: "Ann", company: "Velora", text: text,
            writtenAt: WireTime(seconds: 0), audience: [], isForCustomer: false)
    }

    package func revoke(_ customer: String, from enterprise: Enterprise, over link: ID<Link>, in conversation: ID<Conversation>)
        async throws
    {
        let (address, now) = (try node.address(of: enterprise.slug), network.time)
        try await database.write { tx in
            guard let link = try LinkStore(enterprise.id, tx).find(link) else { return }
            try Outbox(enterprise.id, source: address, tx).enqueue(
                Outgoing(ContactRevokedV1(customer: customer)), link: link, conversation: conversation, at: now)
        }
    }

    package func close(_ link: ID<Link>, of enterprise: Enterprise) async throws {
        let now = network.time
        try await database.write { tx in
            let links = LinkStore(enterprise.id, tx)
            if let link = try links.take(link) { try links.close(link, at: now) }
        }
    }

    package func effects(_ enterprise: Enterprise, in conversation: ID<Conversation>? = nil) async throws -> [String] {
        try await database.read { tx in
            let only: SQL = if let conversation { "AND conversation = \(conversation)" } else { "" }
            return try tx.all(
                """
                SELECT text FROM effects WHERE enterprise = \(enterprise.id) \(only) ORDER BY conversation, convseq
                """
            ) { try $0.next() }
        }
    }

    package func link(_ enterprise: Enterprise, _ id: ID<Link>) async throws -> Link? {
        try await database.read { tx in try LinkStore(enterprise.id, tx).find(id) }
    }

    package func deadLetters(_ enterprise: Enterprise, _ link: ID<Link>) async throws -> [DeadLetter] {
        try await database.read { tx in try DeadLetters(enterprise.id, tx, rules: Basis.features.letterRules).list(of: link) }
    }
}

/// Velora and Kraft Drives, linked.
package struct LinkedPair: Sendable {
    package let network: TestNetwork
    package let velora: TestNode
    package let kraft: TestNode
    package let inviter: Enterprise
    package let accepter: Enterprise
    package let link: ID<Link>

    package init(_ engine: Engine, onOneNode: Bool = false) async throws {
        network = TestNetwork()
        velora = try await TestNode("velora.example", engine, network)
        kraft = onOneNode ? velora : try await TestNode("kraft.example", engine, network)
        inviter = try await velora.enterprise("velora")
        accepter = try await kraft.enterprise("kraft-drives")
        link = try await Self.link(velora, inviter, kraft, accepter)
    }

    package static func link(
        _ from: TestNode, _ inviter: Enterprise, _ to: TestNode, _ accepter: Enterprise
    ) async throws -> ID<Link> {
        let (_, url) = try await from.invite(inviter)
        let link = try await to.node.accept(to.node.open(url, for: accepter), for: accepter, colour: 5)
        _ = try await from.database.write { tx in try LinkStore(inviter.id, tx).confirm(link.id) }
        try await from.delivery.drain()
        return link.id
    }

    package func send(_ texts: [String], in conversation: ID<Conversation> = ID()) async throws {
        try await velora.send(texts, from: inviter, over: link, in: conversation)
    }

    /// What Kraft would sign as the answer to a request of Velora's.
    package func kraftSigns(
        _ status: ExchangeStatus, _ contentType: String, _ body: [UInt8], answering request: PeerRequest
    ) async throws -> PeerResponse {
        let (now, address) = (network.time, try kraft.node.address(of: accepter.slug))
        let theirs = try await kraft.database.read { tx in try IdentityStore(accepter.id, tx).signingKey(at: now) }
        let ours = try await velora.database.read { tx in try IdentityStore(inviter.id, tx).signingKey(at: now) }
        let verified = try RequestProfile.read(
            request.message, body: request.body, destination: address, now: now.seconds
        ).verify(with: ours.verifyingKey)
        return try .signed(status, contentType, body, answering: verified, by: theirs, at: now)
    }

    package func arrived(in conversation: ID<Conversation>? = nil) async throws -> [String] {
        try await kraft.effects(accepter, in: conversation)
    }
}

/// Grants each link one file.
package struct FileOfEachLink: SharedAttachments {
    package static func bytes(of link: ID<Link>) -> [UInt8] { Array("the file of \(link)".utf8) }

    package static func digest(of link: ID<Link>) -> String {
        SHA256.hash(data: bytes(of: link)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]? {
        digest == Self.digest(of: link.id) ? Self.bytes(of: link.id) : nil
    }
}
