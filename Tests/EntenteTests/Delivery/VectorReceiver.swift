// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Crypto
import Exchange
import Foundation
import HTTPMessageSignatures
import Logging
import Storage
import StorageTesting

@testable import Collaboration
@testable import Entente
@testable import Networking
@testable import Office

/// Kraft Drives with the keys and the time of the specification's vectors, linked with Velora. It takes what Velora sends
/// and writes down what it answered.
final class VectorReceiver {
    static let start = Timestamp(milliseconds: 1_790_000_000_000)
    static let inbox = "https://kraft.example/kraft-drives/exchange/inbox"
    static let sender = Address("velora.example/velora")!
    static let receiver = Address("kraft.example/kraft-drives")!
    static let link = ID<Link>(UUID(uuidString: "0192d9a0-7b1c-7000-8000-000000000001")!)

    let network = TestNetwork()
    let node: ExchangeNode
    let kernel: Kernel
    let enterprise = Enterprise(slug: "kraft-drives", name: "Kraft Drives", colour: 5, place: "Stuttgart", prefix: "K")
    let contract: Contract
    /// Lines of the file, in their order.
    private(set) var events: [JSONValue] = []
    private(set) var requests: [JSONValue] = []
    /// Those with which something was refused.
    private(set) var codes: Set<RejectionCode> = []
    private var nextEvent = 0x100
    private var nextNonce: UInt8 = 0
    private let database: Database
    private var state: String?

    static func key(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    init(_ engine: Engine) async throws {
        let kernel = Kernel(Features.base, kinds: Kinds([Question.self]), host: "kraft.example") { _ in }
        let network = network
        self.kernel = kernel
        database = try await TestDatabase.make(engine, migrations: Features.base.migrations)
        node = ExchangeNode(
            database: database, origin: "https://kraft.example",
            handlers: InboundHandlers(Features.base, kernel), transport: network,
            attachments: GrantedAttachments(kernel), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { network.time })
        network.set(Self.start)
        let (root, peerRoot) = (try Self.key(1), try Self.key(3))
        let rules: [SharedField: FieldRule] = [
            .title: FieldRule(.beforeAcceptance), .ask: FieldRule(.beforeAcceptance), .language: FieldRule(.beforeAcceptance),
            .question: FieldRule(.afterAcceptance), .messages: FieldRule(.afterAcceptance, owner: .both),
            .customerName: FieldRule(.afterAcceptance, passOn: .never),
        ]
        contract = Contract(
            link: Self.link.uuid, inviter: Party(address: Self.sender, name: "Velora", rootThumbprint: root.thumbprint),
            accepter: Party(address: Self.receiver, name: "Kraft Drives", rootThumbprint: peerRoot.thumbprint),
            role: .supplier, kinds: ["enquiry"], fields: rules, retention: Retention(daysAfterCase: 730, daysAfterLink: 90))
        try await establish(root, try Self.key(2))
    }

    private func establish(_ root: SigningKey, _ key: SigningKey) async throws {
        let (enterprise, contract, now) = (enterprise, contract, Self.start)
        let statement = try Statement(
            address: Self.sender, name: "Velora", colour: 3, place: "Utrecht",
            endpoints: Endpoints(origin: "https://velora.example", slug: "velora"), root: root.verifyingKey,
            keys: [
                OperationalKey(key: key.verifyingKey, notBefore: now.seconds - 10, notAfter: now.seconds + 1_000_000)
            ], issuedAt: now.seconds
        ).signed(by: root)
        try await database.write { tx in
            try EnterpriseStore(tx).add(enterprise)
            // Root, route, operational.
            var seeds: [UInt8] = [3, 5, 4]
            try IdentityStore(enterprise.id, tx).establish(at: now, making: { try Self.key(seeds.removeFirst()) })
            try LinkStore(enterprise.id, tx).add(
                Link(
                    enterprise: enterprise.id, id: Self.link, state: .active, name: "Velora", colour: 3,
                    address: Self.sender, root: root.thumbprint, role: .customer, isInviter: false, statementJWT: statement,
                    statementAt: now, code: "2825 5646 2454", contract: contract,
                    ownSignature: contract.signed(by: Self.key(3)), peerSignature: contract.signed(by: root), createdAt: now))
        }
    }

    /// Somebody at Kraft Drives does something, in words for who reads the vectors.
    func work(_ words: String, _ body: @escaping @Sendable (Desk) throws -> Void) async throws {
        let (enterprise, kernel, now) = (enterprise, kernel, network.time)
        try await database.write { tx in
            try body(Desk(enterprise, .system("vectors"), kernel, tx, now: now))
        }
        note(words)
    }

    func advance(_ seconds: Int) {
        network.advance(seconds)
        note("the time is \(network.time)")
    }

    private func note(_ words: String) { state = [state, words].compactMap(\.self).joined(separator: "; ") }

    /// An event of Velora's with the next id, and then changed.
    func event(
        _ data: some EventData, in conversation: UUID, _ convseq: Int64, _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> [UInt8] {
        nextEvent += 1
        let id = UUID(uuidString: "0192d9a0-7b1c-7000-8000-000000000\(String(nextEvent, radix: 16))")!
        let envelope = Envelope(
            id: id, source: Self.sender, type: type(of: data).type, time: network.time.seconds, link: Self.link.uuid,
            conversation: conversation, convseq: convseq, data: data.json)
        guard var object = envelope.json.object else { return [] }
        change(&object)
        return JSONValue.object(object).bytes
    }

    /// Sends a batch and writes down what came back.
    func post(_ why: String, _ batch: [[UInt8]]) async throws -> [Receipt] {
        let body = Batch.encode(batch)
        let response = await node.answer(try sign(body))
        let receipts = try Receipts(parsing: response.body)
        var vector: JSONObject = ["why": .string(why)]
        vector["before"] = state.map { .string($0) }
        vector["body"] = .string(String(decoding: body, as: UTF8.self))
        vector["status"] = .integer(response.status)
        vector["receipts"] = receipts.json.object?["receipts"]
        events.append(.object(vector))
        state = nil
        for case .rejected(let code) in receipts.receipts.map(\.outcome) { codes.insert(code) }
        return receipts.receipts
    }

    /// A signed request of Velora's.
    func sign(
        _ body: [UInt8]?, _ method: String = "POST", _ url: String = inbox, type: String = Batch.contentType,
        destination: Address = receiver, key: SigningKey? = nil, at time: Timestamp? = nil
    ) throws -> PeerRequest {
        nextNonce += 1
        let fields = try RequestProfile.sign(
            method: method, targetURI: url, destination: destination, body: body.map { (contentType: type, bytes: $0) },
            key: key ?? Self.key(2), now: (time ?? network.time).seconds,
            nonce: [UInt8](repeating: nextNonce, count: RequestProfile.nonceLength))
        return PeerRequest(method: method, url: url, fields: fields, body: body)
    }

    /// Sends a request and writes down its status, and whether the answer is signed.
    func send(_ why: String, _ request: PeerRequest) async -> PeerResponse {
        let response = await node.answer(request)
        var vector: JSONObject = [
            "why": .string(why), "at": .integer(network.time.seconds.seconds), "method": .string(request.method),
            "url": .string(request.url),
            "headers": .object(
                JSONObject(request.fields.map { ($0.name.lowercased(), $0.value) })),
        ]
        vector["before"] = state.map { .string($0) }
        vector["body"] = request.body.map { .string(String(decoding: $0, as: UTF8.self)) }
        state = nil
        vector["status"] = .integer(response.status)
        vector["signed"] = .bool(response[field: "signature"] != nil)
        requests.append(.object(vector))
        return response
    }
}

extension JSONObject {
    fileprivate init(_ members: [(String, String)]) {
        self.init()
        for (name, value) in members { self[name] = .string(value) }
    }
}
