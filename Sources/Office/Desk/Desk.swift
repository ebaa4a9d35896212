// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

/// One enterprise's data, in one transaction, on behalf of one actor: what every verb and store works with.
/// Stores hang off it (`desk.cases`), so that no query can be written without its enterprise.
package struct Desk {
    package let enterprise: Enterprise
    package let actor: Actor
    package let now: Timestamp
    package let kernel: Kernel
    package let tx: Transaction
    /// The roles with which the actor works, all of which must include what they do; none for who is no member.
    let roles: Set<Member.Role>
    /// What layers above carry along with the work, such as what brought it about; each has a key of its own.
    package let context: Services
    /// By which means the actor works here.
    package let means: Means
    /// For a program: what its token is for. The log inside the enterprise says it, and nobody else hears of it.
    private let program: String?

    package init(
        _ enterprise: Enterprise, _ actor: Actor, _ kernel: Kernel, _ tx: Transaction, now: Timestamp,
        roles: Set<Member.Role> = []
    ) {
        self.init(
            enterprise, actor, kernel, tx, now: now, roles: roles, program: nil, means: actor.usualMeans, context: Services())
    }

    package init(
        _ enterprise: Enterprise, _ actor: Actor, _ kernel: Kernel, _ tx: Transaction, now: Timestamp, means: Means,
        context: Services
    ) {
        self.init(enterprise, actor, kernel, tx, now: now, roles: [], program: nil, means: means, context: context)
    }

    package init(_ caller: StaffCaller, _ kernel: Kernel, _ tx: Transaction, now: Timestamp) {
        self.init(
            caller.enterprise, .member(caller.member.id, name: caller.member.name), kernel, tx, now: now,
            roles: caller.roles, program: caller.program, means: caller.token.map { .token($0) } ?? .session,
            context: Services())
    }

    private init(
        _ enterprise: Enterprise, _ actor: Actor, _ kernel: Kernel, _ tx: Transaction, now: Timestamp,
        roles: Set<Member.Role>, program: String?, means: Means, context: Services
    ) {
        self.enterprise = enterprise
        self.actor = actor
        self.now = now
        self.kernel = kernel
        self.tx = tx
        self.roles = roles
        self.context = context
        self.program = program
        self.means = means
    }

    /// The same desk on behalf of somebody else, such as of the customer whom a public form has made known.
    package func acting(as actor: Actor) -> Desk {
        Desk(enterprise, actor, kernel, tx, now: now, roles: [], program: nil, means: means, context: context)
    }

    /// Who does something, as the log inside the enterprise names them.
    var loggedName: String { program.map { "\(actor.name) (\($0))" } ?? actor.name }

    package var scope: ID<Enterprise> { enterprise.id }
}

/// Who does something, as the log records it.
package enum Actor: Sendable, Hashable {
    case member(ID<Member>, name: String)
    case customer(UUID, name: String)
    /// A linked company, by its link.
    case company(UUID, name: String)
    /// A clock, a rule or an import; the name says which.
    case system(String)

    package var name: String {
        switch self {
        case .member(_, let name), .customer(_, let name), .company(_, let name), .system(let name): name
        }
    }

    var usualMeans: Means {
        switch self {
        case .member: .session
        case .customer: .page
        case .company: .link(event: nil)
        case .system: .clock
        }
    }

    package var kind: String {
        switch self {
        case .member: "member"
        case .customer: "customer"
        case .company: "company"
        case .system: "system"
        }
    }
}
