// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import ServiceLifecycle
import Storage
import Web

/// Links to other companies, and the messages that go over them.
package enum Linking: ExchangeFeature {
    package static let migrations = LinkSchema.migrations
    package static let rawActions = ExchangeActions.all
    package static let events: [any EventPayload.Type] = [
        CompanyInvited.self, InvitationWithdrawn.self, LinkAdded.self, LinkMoved.self, LinkChanged.self, ContractProposed.self,
        ContractDropped.self, ContractAgreed.self,
    ]
    package static let subjects = [
        SubjectSort("link") { ids, desk in
            try LinkStore(desk.scope, desk.tx).all(ids.map(ID.init)).reduce(into: [:]) { labels, link in
                labels[link.id.uuid] = .init(link.name, href: "/\(desk.enterprise.slug)/links/\(link.id)")
            }
        }
    ]
    package static let liveSources = [LinkChanges.source]

    package static func services(_ works: Works) -> [any Service] {
        guard let exchange = works.services.exchange else { return [] }
        let pulling = exchange.pullInterval.map { Pulling(exchange, every: $0) as any Service }
        return [Delivery(exchange), ExchangeChores(exchange)] + [pulling].compactMap(\.self)
    }

    package static func handlers(_ kernel: Kernel) -> [InboundHandler] { InboundHandlers.aboutLinks }

    /// A contract that waits for no answer any more would begin it all anew.
    package static let letterRules = [LetterRule(ContractProposedV1.type) { _, _, _ in false }]

    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {
        kernel.letterRules = features.letterRules
    }

    /// An enterprise has keys from its first moment.
    package static let foundings: [Founding] = [
        { enterprise, tx in try IdentityStore(enterprise.id, tx).establish(at: tx.startedAt) }
    ]
}
