// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Who is at a case right now.
package enum Presences: OptionalFeature {
    package static let name = "presence"
    package static let title: Phrase = "Presence"
    package static let purpose: Phrase = "Says at a case who else looks at it or writes in it."

    package static let migrations = PresenceSchema.migrations
    package static let actions: [any Operation.Type] = [TellPresence.self]
    package static let liveSources = [PresenceChanges.source]

    /// Who else is here.
    package static let sections: [any PagePart] = [
        PageSection<CaseShown>("presence", in: .below, template: "presence") { page, desk -> [Presence]? in
            try desk.cases.present(at: page.item.id, but: page.viewer.member.id)
        } model: { others, _, _, _ in
            [("presence", .list(others.map { ["name": .text($0.name), "typing": .flag($0.isTyping)] }))]
        }
    ]
}
