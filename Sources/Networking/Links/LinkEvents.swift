// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Web

// The subject is the link, or the invitation, which has the id of the link that comes of it.

package struct CompanyInvited: EventPayload {
    package static let type = "link.invited"
    package static let subject = "link"
    package let label: String
    package let role: Role

    package init(label: String, role: Role) { (self.label, self.role) = (label, role) }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) invited \(label)" }
}

package struct InvitationWithdrawn: EventPayload {
    package static let type = "link.invitationWithdrawn"
    package static let subject = "link"
    package let label: String

    package init(label: String) { self.label = label }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) withdrew the invitation of \(label)"
    }
}

package struct LinkAdded: EventPayload {
    package static let type = "link.added"
    package static let subject = "link"
    package let company: String
    package let address: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(company) (\(address)) waits for the codes to be compared"
    }
}

package struct LinkMoved: EventPayload {
    package static let type = "link.moved"
    package static let subject = "link"
    package let company: String
    package let from: Link.State
    package let to: Link.State

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "\(event.actorName) changed the link with \(company): \(Phrase(stringLiteral: from.rawValue)) → \(Phrase(stringLiteral: to.rawValue))"
    }
}

/// What a linked company calls itself, or where it is.
package struct LinkChanged: EventPayload {
    package static let type = "link.changed"
    package static let subject = "link"
    package let company: String
    package let changes: [FieldChange]

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(company) · \(changes.told)" }
}

package struct ContractProposed: EventPayload {
    package static let type = "contract.proposed"
    package static let subject = "link"
    package let company: String
    package let isOurs: Bool

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        isOurs ? "\(event.actorName) proposed another contract to \(company)" : "\(company) proposed another contract"
    }
}

/// What was proposed counts no more: it was declined or overtaken.
package struct ContractDropped: EventPayload {
    package static let type = "contract.dropped"
    package static let subject = "link"
    package let company: String

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "The contract proposed between you and \(company) was not agreed to"
    }
}

package struct ContractAgreed: EventPayload {
    package static let type = "contract.agreed"
    package static let subject = "link"
    package let company: String
    package let version: Int

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        "Version \(version) of the contract with \(company) counts"
    }
}

extension LinkStore {
    /// Writes into the log how a link differs from what was kept.
    func note(_ link: Link, since before: Link) throws {
        var events: [any EventPayload] = []
        if before.state != link.state { events.append(LinkMoved(company: link.name, from: before.state, to: link.state)) }
        if before.contract?.version != link.contract?.version, let contract = link.contract {
            events.append(ContractAgreed(company: link.name, version: Int(contract.version)))
        } else if before.proposal != link.proposal {
            events.append(
                link.proposal == nil
                    ? ContractDropped(company: link.name) : ContractProposed(company: link.name, isOurs: link.isProposalOurs))
        }
        let changes = FieldChange.among(
            ("name", before.name, link.name), ("new name", before.newName ?? "", link.newName ?? ""),
            ("address", "\(before.address)", "\(link.address)"))
        if !changes.isEmpty { events.append(LinkChanged(company: link.name, changes: changes)) }
        for event in events { try EventLog(scope, tx).record(event, on: link.id.uuid, by: hand) }
    }
}
