// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// Why members are told of what happens to cases.
enum CaseNotices {
    /// What concerns a member most stands first.
    static let reasons: [NoticeReason] = [
        NoticeReason(
            "clock", "A clock is about to run out", hint: "30 minutes before, and when it has", passesMute: true,
            about: [DeadlineNear.self, DeadlinePassed.self], to: responsible),
        NoticeReason(
            "deliveryFailed", "A delivery failed", hint: "another company’s system did not take it", isAlways: true,
            about: [HandoverRefused.self], to: responsible),
        NoticeReason("assigned", "Given to you", hint: "a case is yours now", about: [CaseAssigned.self]) { event, _ in
            Set([event.object].compactMap(\.self).map(ID.init))
        },
        NoticeReason(
            "mentioned", "You were mentioned with @", hint: "in a note or a message", passesMute: true, about: [MessageAdded.self]
        ) { event, _ in
            Set(try event.data(as: MessageAdded.self)?.mentions ?? [])
        },
        NoticeReason(
            "answered", "Your ask was answered, declined or returned", hint: "by a partner, or its time ran out",
            about: { ($0 as? any CaseEvent.Type)?.word == .answer }
        ) { event, desk in
            let isOurAsk = (try event.data(desk.kernel.eventTypes) as? any HandoverEvent)?.direction != .incoming
            return isOurAsk ? try owner(event, desk) : []
        },
        NoticeReason(
            "wrote", "A customer or partner wrote", hint: "in cases that you own",
            about: { ($0 as? any CaseEvent.Type)?.word == .said }
        ) { event, desk in
            ["customer", "company"].contains(event.actorKind) ? try owner(event, desk) : []
        },
        NoticeReason("team", "Your team", hint: "a case is your team’s now, and nobody’s", about: [TeamAssigned.self]) { event, desk in
            guard let item = try desk.cases.find(ID(event.subject)), item.owner == nil, let team = item.team else { return [] }
            return Set(try desk.teams.members(of: team))
        },
        NoticeReason("watching", "You watch it", hint: "everything in cases that you watch",
            about: { ($0 as? any CaseEvent.Type)?.isShown == true }
        ) { event, desk in
            let concerns = (try event.data(desk.kernel.eventTypes) as? any CaseEvent)?.concernsWatchers ?? false
            return concerns ? Set(try desk.cases.watchers(of: ID(event.subject))) : []
        },
    ]

    @Sendable private static func owner(_ event: Event, _ desk: Desk) throws -> Set<ID<Member>> {
        Set([try desk.cases.find(ID(event.subject))?.owner].compactMap(\.self))
    }

    /// Who owns it, or else the team that has it.
    @Sendable private static func responsible(_ event: Event, _ desk: Desk) throws -> Set<ID<Member>> {
        guard let item = try desk.cases.find(ID(event.subject)) else { return [] }
        if let owner = item.owner { return [owner] }
        return Set(try item.team.map { try desk.teams.members(of: $0) } ?? [])
    }
}
