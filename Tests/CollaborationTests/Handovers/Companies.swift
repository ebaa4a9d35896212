// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Logging
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Enquiries
@testable import Entente
@testable import Networking
@testable import Office

/// A kind of case for tests.
enum Question: CaseKind {
    static let name = "enquiry"
    static let title = "Enquiry"
    static let lifecycle = Lifecycle(
        .init("new", "New"), .init("working", "In progress"), .init("closed", "Closed", isOpen: false),
        moves: ["new": ["working", "closed"], "working": ["closed"], "closed": ["working"]])

    static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {}
}

/// A company with the whole kernel, on a node of its own or on another company's.
final class Company: Sendable {
    let enterprise: Enterprise
    let database: Database
    let node: ExchangeNode
    let delivery: Delivery
    let network: TestNetwork
    let kernel: Kernel
    let member: Member

    init(_ name: String, _ engine: Engine, _ network: TestNetwork, on host: Company? = nil) async throws {
        let slug = name.lowercased().filter(\.isLetter)
        let authority = host?.kernel.host ?? "\(slug).example"
        let kernel = Kernel(kinds: Kinds([Question.self]), host: authority) { _ in }
        let database = if let host { host.database } else { try await TestDatabase.make(engine, migrations: Features.base.migrations) }
        self.database = database
        self.kernel = kernel
        self.network = network
        node = host?.node
            ?? ExchangeNode(
                database: database, origin: "https://\(authority)",
                handlers: InboundHandlers(Features.base, kernel), transport: network,
                attachments: GrantedAttachments(kernel),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { network.time })
        delivery = host?.delivery ?? Delivery(node, jitter: { 0 })
        if host == nil { network.add(node) }
        let enterprise = Enterprise(slug: slug, name: name, colour: 3, place: "Ghent", prefix: String(name.prefix(1)))
        let member = Member(email: "staff@\(slug).example", name: "Inès of \(name)", role: .service)
        self.enterprise = enterprise
        self.member = member
        let now = network.time
        try await database.write { tx in
            try EnterpriseStore(tx).add(enterprise)
            try IdentityStore(enterprise.id, tx).establish(at: now)
            try MemberStore(enterprise.id, tx).add(member, password: nil)
        }
    }

    /// Works at the company's desk, in one transaction.
    @discardableResult
    func work<T: Sendable>(_ body: @escaping @Sendable (Desk) throws -> T) async throws -> T {
        let (enterprise, member, kernel, now) = (enterprise, member, kernel, network.time)
        return try await database.write { tx in
            try body(Desk(enterprise, .member(member.id, name: member.name), kernel, tx, now: now))
        }
    }

    func link(with other: Company, as role: Role) async throws -> ID<Link> {
        let (address, enterprise, now) = (try node.address(of: enterprise.slug), enterprise, network.time)
        let url = try await database.write { tx in
            try InvitationStore(enterprise.id, tx).invite(
                other.enterprise.name, as: role, kinds: [Question.name], from: address, at: now
            ).1.url(allowingPlainLoopback: false)
        }
        let opened = try await other.node.open(url, for: other.enterprise)
        let link = try await other.node.accept(opened, for: other.enterprise, colour: 5)
        try await database.write { tx in _ = try LinkStore(enterprise.id, tx).confirm(link.id) }
        try await delivery.drain()
        return link.id
    }

    /// A question of a customer of its own.
    func ask(
        _ text: String = "Is my battery certified?", name: String = "Lotte Canary Peeters", note: String? = nil,
        photo: [UInt8]? = nil
    ) async throws -> ID<Case> {
        try await work { desk in
            let customer = Customer(name: name, place: "Canaryville", createdAt: desk.now)
            try desk.customers.add(
                customer, reachedBy: [ContactPoint(channel: .mobile, value: "+32470555001", isPreferred: true)])
            var draft = CaseDraft(
                kind: Question.name, title: "Battery on a ferry", body: text,
                author: .init(.customer, name: customer.name), audience: Audience(customer: true))
            draft.customer = customer.id
            draft.product = "City 500"
            draft.serial = "VC5-24-118842"
            if let photo { draft.uploads = [Upload(name: "battery.png", bytes: photo)] }
            return try desk.open(draft) { item, _ in
                if let note { _ = try desk.write(note, to: .onlyUs, in: &item) }
            }.case.id
        }
    }

    @discardableResult
    func offer(
        _ item: ID<Case>, over link: ID<Link>, _ form: Ask.Form = .text, acceptIn: Int = 3600
    ) async throws -> ID<Handover> {
        try await work { desk in
            return try desk.change(item) { item in
                return try desk.offer(
                    &item, over: link, Ask(form: form, text: "Please look."), acceptBy: desk.now + acceptIn,
                    answerBy: desk.now + 86_400
                ).id
            }
        }
    }

    func handover(_ id: ID<Handover>) async throws -> Handover {
        try #require(try await work { try $0.handovers.find(id) })
    }

    /// The case that a handover has become here.
    func item(_ id: ID<Handover>) async throws -> Case {
        try await work { desk in
            guard let handover = try desk.handovers.find(id), let item = try desk.cases.find(handover.caseID) else {
                throw Missing.case
            }
            return item
        }
    }

    func journey(_ item: ID<Case>) async throws -> [Journey.Stop] {
        try await work { desk in
            guard let found = try desk.cases.find(item) else { throw Missing.case }
            return try desk.journey(of: found, desk.handovers.list(of: item)).stops(at: desk.now)
        }
    }
}

extension [Company] {
    /// Delivers until nothing is left to deliver, and does what a node does by itself meanwhile.
    func settle() async throws {
        for _ in 0..<8 {
            for company in self {
                try await company.delivery.drain()
                try await FinishErasures.run(company.kernel, company.database, at: company.network.time)
            }
        }
    }
}
