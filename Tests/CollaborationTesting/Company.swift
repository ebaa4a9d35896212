// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Logging
import Networking
import Office
import Storage
import StorageTesting

/// A company with what some features bring, on a node of its own or on another company's.
///
/// Each target of tests says once which features those are, in an initialiser without them.
package final class Company: Sendable {
    package let features: [any Feature.Type]
    package let enterprise: Enterprise
    package let database: Database
    package let node: ExchangeNode
    package let delivery: Delivery
    package let network: TestNetwork
    package let kernel: Kernel
    package let member: Member

    package init(
        _ name: String, _ engine: Engine, _ network: TestNetwork, on host: Company? = nil, features: [any Feature.Type]
    ) async throws {
        let slug = name.lowercased().filter(\.isLetter)
        let authority = host?.kernel.host ?? "\(slug).example"
        let kernel = Kernel(features, kinds: Kinds([Question.self]), host: authority) { _ in }
        let database = if let host { host.database } else { try await TestDatabase.make(engine, migrations: features.migrations) }
        self.features = features
        self.database = database
        self.kernel = kernel
        self.network = network
        node = host?.node
            ?? ExchangeNode(
                database: database, origin: "https://\(authority)",
                handlers: InboundHandlers(features, kernel), transport: network,
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
    package func work<T: Sendable>(_ body: @escaping @Sendable (Desk) throws -> T) async throws -> T {
        let (enterprise, member, kernel, now) = (enterprise, member, kernel, network.time)
        return try await database.write { tx in
            try body(Desk(enterprise, .member(member.id, name: member.name), kernel, tx, now: now))
        }
    }

    package func link(with other: Company, as role: Role) async throws -> ID<Link> {
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
    package func ask(
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
    package func offer(
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

    package func handover(_ id: ID<Handover>) async throws -> Handover {
        try await work { desk in
            guard let handover = try desk.handovers.find(id) else { throw Missing.handover }
            return handover
        }
    }

    /// The case that a handover has become here.
    package func item(_ id: ID<Handover>) async throws -> Case {
        try await work { desk in
            guard let handover = try desk.handovers.find(id), let item = try desk.cases.find(handover.caseID) else {
                throw Missing.case
            }
            return item
        }
    }

    package func journey(_ item: ID<Case>) async throws -> [Journey.Stop] {
        try await work { desk in
            guard let found = try desk.cases.find(item) else { throw Missing.case }
            return try desk.journey(of: found, desk.handovers.list(of: item)).stops(at: desk.now)
        }
    }

    /// Works as the customer of a case, on their own page.
    package func asCustomer<T: Sendable>(
        of item: ID<Case>, _ body: @escaping @Sendable (Desk, inout HeldCase) throws -> T
    ) async throws -> T {
        let (enterprise, kernel, now) = (enterprise, kernel, network.time)
        return try await database.write { tx in
            let reader = Desk(enterprise, .system("test"), kernel, tx, now: now)
            return try reader.change(item) { item in
                guard let customer = try item.customer.flatMap({ try reader.customers.find($0) }) else { throw Missing.customer }
                let desk = Desk(enterprise, .customer(customer.id.uuid, name: customer.name), kernel, tx, now: now)
                return try body(desk, &item)
            }
        }
    }
}

extension [Company] {
    /// Delivers until nothing is left to deliver, and does what a node does by itself meanwhile.
    package func settle(meanwhile: @Sendable (Company) async throws -> Void) async throws {
        for _ in 0..<8 {
            for company in self {
                try await company.delivery.drain()
                try await meanwhile(company)
            }
        }
    }
}
