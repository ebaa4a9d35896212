// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// What waits for the viewer, and what features add to that.
package struct ShowToday: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/today")
    package static let summary = "What waits for you, and what waits at other companies"
    package static let access = Permission.casesRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Shown<TodayView, [Waiting]>> {
        let desk = call.desk(tx)
        let waiting = try desk.waiting(for: call.caller)
        let sections = try desk.sections(of: TodayPage(call.caller))
        return .show(Shown(TodayView(waiting: waiting.map(TodayView.Mine.init), sections: sections), from: waiting))
    }

    package static func page(
        _ output: Shown<TodayView, [Waiting]>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let desk = call.desk(tx)
        let moments = Moments(call.caller.locale, now: call.now)
        let mine: [Model] = (output.material ?? []).map { waiting in
            let (left, late) = waiting.due.map(moments.deadline) ?? (nil, nil)
            return [
                "href": .text(waiting.href), "number": .text(waiting.number), "subject": .text(waiting.title),
                "colour": .number(waiting.colour), "why": .message(waiting.words), "reason": .text(waiting.reason),
                "left": .text(left), "late": .text(late), "due": .text(waiting.due?.rfc3339),
                "age": waiting.due == nil ? .text(moments.ago(waiting.updatedAt)) : .none,
            ]
        }
        return Page(
            "today", title: "Today",
            [
                "live": .text("/\(desk.enterprise.slug)/live"), "date": .text(moments.day(call.now)),
                "mineCount": mine.isEmpty ? .none : .number(mine.count), "mine": .list(mine),
                "sections": try output.view.sections.model(desk, moments),
            ])
    }
}

package struct TodayView: Codable, Sendable {
    package struct Mine: Codable, Sendable {
        package let number: String
        package let title: String
        /// Its page on this node.
        package let href: String
        /// Such as `offer`, `answered` or `new`, by what brings it.
        package let why: String
        package let who: String
        package let due: Timestamp?
        /// Why it was declined, returned or refused.
        package let reason: String?
        package let updatedAt: Timestamp

        init(_ waiting: Waiting) {
            number = waiting.number
            title = waiting.title
            href = waiting.href
            why = waiting.why
            who = waiting.who
            due = waiting.due
            reason = waiting.reason.isEmpty ? nil : waiting.reason
            updatedAt = waiting.updatedAt
        }
    }

    package let waiting: [Mine]
    /// What features add, by their names.
    package let sections: Sections
}
