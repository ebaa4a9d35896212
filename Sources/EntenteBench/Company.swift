// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Entente
import Exchange
import Foundation
import HTTPMessageSignatures
import Logging
import Networking
import Office
import Storage
import Synchronization
import Web

/// A node's database while no server runs on it: here companies are founded, linked and given work.
struct Office: Sendable {
    let database: Database
    let origin: String
    let kernel: Kernel
    let node: ExchangeNode
    let delivery: Delivery

    init(_ location: Location, port: Int, _ corridor: Corridor = Corridor()) async throws {
        database = try await Database.open(location)
        try await database.migrate(Node.migrations)
        origin = "http://127.0.0.1:\(port)"
        kernel = Kernel(Features.all, host: "127.0.0.1:\(port)") { _ in }
        node = ExchangeNode(
            database: database, origin: origin, allowsPlainLoopback: true,
            handlers: InboundHandlers(Features.all, kernel), transport: corridor,
            attachments: GrantedAttachments(kernel))
        delivery = Delivery(node)
        corridor.add(node)
    }

    func found(_ name: String, colour: Int) async throws -> Company {
        let enterprise = try await database.write { tx in
            try EnterpriseDraft(name: name, slug: name.lowercased(), colour: colour, place: "Ghent").create(
                kernel, tx, by: .commandLine(at: tx.startedAt))
        }
        let member = Member(email: "ines@\(enterprise.slug).example", name: "Inès Martin", role: .administrator)
        try await database.write { tx in try MemberStore(enterprise.id, tx).add(member, password: nil) }
        return Company(enterprise: enterprise, member: member, office: self)
    }

    /// A company that was founded before.
    func company(_ slug: String) async throws -> Company? {
        try await database.read { tx in
            guard let enterprise = try EnterpriseStore(tx).find(slug: slug),
                let member = try MemberStore(enterprise.id, tx).list().first(where: { $0.role == .administrator })
            else { return nil }
            return Company(enterprise: enterprise, member: member, office: self)
        }
    }
}

struct Company: Sendable {
    let enterprise: Enterprise
    let member: Member
    let office: Office

    /// Works at the company's desk, in one transaction.
    @discardableResult
    func work<T: Sendable>(
        at now: Timestamp = .now, _ body: @escaping @Sendable (Desk) throws -> T
    ) async throws -> T {
        try await office.database.write { tx in try body(desk(tx, at: now)) }
    }

    func desk(_ tx: Transaction, at now: Timestamp) -> Desk {
        Desk(enterprise, .member(member.id, name: member.name), office.kernel, tx, now: now)
    }

    /// An API token and a session of its administrator.
    func credentials() async throws -> (bearer: String, cookie: String) {
        try await office.database.write { tx in
            let bearer = try TokenStore(enterprise, tx).make("bench", role: .administrator, by: member.id, at: .now)
            let session = try SessionStore(enterprise.id, tx).start(member.id, device: "bench", at: .now)
            return (bearer, "__Host-\(StaffCaller.cookie(of: enterprise.slug))=\(session.text)")
        }
    }

    func link(with other: Company, as role: Role) async throws -> ID<Link> {
        let address = try office.node.address(of: enterprise.slug)
        let kinds = office.kernel.kinds.all.map { $0.name }
        let url = try await work { desk in
            try InvitationStore(desk.scope, desk.tx).invite(
                other.enterprise.name, as: role, kinds: kinds, from: address, at: desk.now
            ).1.url(allowingPlainLoopback: true)
        }
        let node = other.office.node
        let link = try await node.accept(node.open(url, for: other.enterprise), for: other.enterprise, colour: enterprise.colour)
        try await work { desk in _ = try desk.links.confirm(link.id) }
        try await office.delivery.drain()
        return link.id
    }
}

/// Leads from one office to another without a network, while there are no servers.
final class Corridor: PeerTransport {
    private let nodes = Mutex<[String: ExchangeNode]>([:])

    func add(_ node: ExchangeNode) { nodes.withLock { $0[node.origin] = node } }

    func send(_ request: PeerRequest) async throws -> PeerResponse {
        let node = nodes.withLock { nodes in nodes.first { request.url.hasPrefix($0.key + "/") }?.value }
        guard let node else { throw BenchError("nobody answers at \(request.url)") }
        return await node.answer(request)
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
