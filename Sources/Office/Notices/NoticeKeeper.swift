// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Tells members what concerns them: of each event for one reason, the first that applies; never of what they did themselves, of
/// what they have muted, or where they want to hear nothing.
package enum NoticeKeeper: Subscriber {
    package static let name = "notices"
    package static let title: Phrase = "Notices"
    package static let takesPast = false

    package static func take(_ events: [Event], _ desk: Desk) throws {
        for event in events {
            guard let type = desk.kernel.eventTypes[event.type] else { continue }
            var told: Set<ID<Member>> = event.actor.map { [ID($0)] } ?? []
            for (rank, reason) in desk.kernel.noticeReasons.enumerated() where reason.isAbout(type) {
                var members = try reason.members(event, desk).subtracting(told)
                if members.isEmpty { continue }
                members.subtract(try desk.notices.unwilling(members, reason))
                if !reason.passesMute, !reason.isAlways { members.subtract(try desk.notices.muted(event.subject)) }
                for member in try desk.members.stillHere(among: members) {
                    try desk.notices.add(event, because: reason, rank, to: member)
                }
                told.formUnion(members)
            }
        }
    }
}
