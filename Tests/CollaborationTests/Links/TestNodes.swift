// SPDX-License-Identifier: Apache-2.0
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Logging
import Storage
import StorageTesting
import Synchronization

@testable import Collaboration
@testable import Entente
@testable import Networking
@testable import Office

/// Nodes that reach each other through a wire that can fail, under one clock that only tests move.
final class TestNetwork: PeerTransport {
    enum Fault: Error {
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

    var time: Timestamp { state.withLock { $0.time } }
    var sent: [PeerRequest] { state.withLock { $0.sent } }
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    func advance(_ seconds: Int) { state.withLock { $0.time = $0.time + seconds } }
    func set(_ time: Timestamp) { state.withLock { $0.time = time } }
    func add(_ node: ExchangeNode, as origin: String? = nil) {
        state.withLock { $0.nodes[origin ?? node.origin] = node }
    }

    func beforeDelivery(_ body: @escaping @Sendable (inout PeerRequest) throws -> Void) {
        tamper.withLock { $0 = body }
    }
    func afterDelivery(_ body: @escaping @Sendable (PeerRequest) throws -> Void) { lose.withLock { $0 = body } }
    /// Answers in a node's place; nil leaves the answer to the node.
    func answerInstead(_ body: @escaping @Sendable (PeerRequest) async throws -> PeerResponse?) {
        impostor.withLock { $0 = body }
    }
    func heal() {
        beforeDelivery { _ in }
        afterDelivery { _ in }
        answerInstead { _ in nil }
    }

    func send(_ request: PeerRequest) async throws -> PeerResponse {
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
final class TestNode: Sendable {
    let database: Database
    let node: ExchangeNode
    let delivery: Delivery
    let network: TestNetwork

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

    init(_ host: String, _ engine: Engine, _ network: TestNetwork) async throws {
        database = try await TestDatabase.make(
            engine, migrations: Features.base.migrations + Self.schema)
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
    func keptReceipts() async throws -> Int? {
        try await database.read { tx in try tx.first("SELECT count(*) FROM receipts") { try $0.next() } }
    }

    func enterprise(_ slug: String) async throws -> Enterprise {
        let enterprise = Enterprise(slug: slug, name: slug.capitalized, colour: 3, place: "Ghent", prefix: "X")
        let now = network.time
        try await database.write { tx in
            try EnterpriseStore(tx).add(enterprise)
            try IdentityStore(enterprise.id, tx).establish(at: now)
        }
        return enterprise
    }

    func invite(_ enterprise: Enterprise, as role: Role = .supplier) async throws -> (LinkInvitation, String) {
        let (address, now) = (try node.address(of: enterprise.slug), network.time)
        return try await database.write { tx in
            let (kept, invitation) = try InvitationStore(enterprise.id, tx).invite(
                "Somebody", as: role, kinds: ["enquiry"], from: address, at: now)
            return (kept, invitation.url(allowingPlainLoopback: false))
        }
    }

    func send(
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

    static func message(_ text: String) -> MessageAddedV1 {
        MessageAddedV1(
            message: UUID(), handover: UUID(), author: "Ann", company: "Velora", text: text,
            writtenAt: WireTime(seconds: 0), audience: [], isForCustomer: false)
    }

    func revoke(_ customer: String, from enterprise: Enterprise, over link: ID<Link>, in conversation: ID<Conversation>)
        async throws
    {
        let (address, now) = (try node.address(of: enterprise.slug), network.time)
        try await database.write { tx in
            guard let link = try LinkStore(enterprise.id, tx).find(link) else { return }
            try Outbox(enterprise.id, source: address, tx).enqueue(
                Outgoing(ContactRevokedV1(customer: customer)), link: link, conversation: conversation, at: now)
        }
    }

    func close(_ link: ID<Link>, of enterprise: Enterprise) async throws {
        let now = network.time
        try await database.write { tx in
            let links = LinkStore(enterprise.id, tx)
            if let link = try links.take(link) { try links.close(link, at: now) }
        }
    }

    func effects(_ enterprise: Enterprise, in conversation: ID<Conversation>? = nil) async throws -> [String] {
        try await database.read { tx in
            let only: SQL = if let conversation { "AND conversation = \(conversation)" } else { "" }
            return try tx.all(
                """
                SELECT text FROM effects WHERE enterprise = \(enterprise.id) \(only) ORDER BY conversation, convseq
                """
            ) { try $0.next() }
        }
    }

    func link(_ enterprise: Enterprise, _ id: ID<Link>) async throws -> Link? {
        try await database.read { tx in try LinkStore(enterprise.id, tx).find(id) }
    }

    func deadLetters(_ enterprise: Enterprise, _ link: ID<Link>) async throws -> [DeadLetter] {
        try await database.read { tx in try DeadLetters(enterprise.id, tx, rules: Features.base.letterRules).list(of: link) }
    }
}

/// Velora and Kraft Drives, linked.
struct LinkedPair: Sendable {
    let network: TestNetwork
    let velora: TestNode
    let kraft: TestNode
    let inviter: Enterprise
    let accepter: Enterprise
    let link: ID<Link>

    init(_ engine: Engine, onOneNode: Bool = false) async throws {
        network = TestNetwork()
        velora = try await TestNode("velora.example", engine, network)
        kraft = onOneNode ? velora : try await TestNode("kraft.example", engine, network)
        inviter = try await velora.enterprise("velora")
        accepter = try await kraft.enterprise("kraft-drives")
        link = try await Self.link(velora, inviter, kraft, accepter)
    }

    static func link(
        _ from: TestNode, _ inviter: Enterprise, _ to: TestNode, _ accepter: Enterprise
    ) async throws -> ID<Link> {
        let (_, url) = try await from.invite(inviter)
        let link = try await to.node.accept(to.node.open(url, for: accepter), for: accepter, colour: 5)
        _ = try await from.database.write { tx in try LinkStore(inviter.id, tx).confirm(link.id) }
        try await from.delivery.drain()
        return link.id
    }

    func send(_ texts: [String], in conversation: ID<Conversation> = ID()) async throws {
        try await velora.send(texts, from: inviter, over: link, in: conversation)
    }

    /// What Kraft would sign as the answer to a request of Velora's.
    func kraftSigns(
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

    func arrived(in conversation: ID<Conversation>? = nil) async throws -> [String] {
        try await kraft.effects(accepter, in: conversation)
    }
}

/// Grants each link one file.
struct FileOfEachLink: SharedAttachments {
    static func bytes(of link: ID<Link>) -> [UInt8] { Array("the file of \(link)".utf8) }

    static func digest(of link: ID<Link>) -> String {
        SHA256.hash(data: bytes(of: link)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    func bytes(_ digest: String, grantedTo link: Link, _ tx: Transaction) throws -> [UInt8]? {
        digest == Self.digest(of: link.id) ? Self.bytes(of: link.id) : nil
    }
}
