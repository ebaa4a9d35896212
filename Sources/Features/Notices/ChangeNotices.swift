// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Reads the notices about one thing, or all.
package struct ReadNotices: Action {
    package struct Input: FormInput {
        let subject: ID<Event>?

        package init(_ form: inout Form) {
            subject = form.optionalID("subject", label: "Subject")
            form.explain("subject", "The id of what the notices are about; all are read if it is left out.")
        }
    }

    package static let route = Route.post("/{enterprise}/notices/read")
    package static let summary = "Read what one was told, of one thing or of all"
    package static let access = Permission.ownAccount
    package static let retryForm: (any Action.Type)? = ShowNotices.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        try call.desk(tx).notices.read(call.input.subject?.uuid, by: call.caller.member.id)
        return .done(goTo: "/\(call.caller.enterprise.slug)/notices")
    }
}

/// Wants to hear nothing of one thing, but what always comes through.
package struct MuteSubject: Action {
    package struct Input: FormInput {
        let subject: ID<Event>
        let sort: String

        package init(_ form: inout Form) {
            subject = form.id("subject", label: "Subject")
            sort = form.text("sort", label: "Sort", max: 40)
        }
    }

    package static let route = Route.post("/{enterprise}/notices/mutes")
    package static let summary = "Hear nothing of one thing any more"
    package static let access = Permission.ownAccount
    package static let retryForm: (any Action.Type)? = ShowNotices.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, input) = (call.desk(tx), call.input)
        guard try desk.kernel.subjectSorts[input.sort]?.labels([input.subject.uuid], desk).isEmpty == false else {
            throw Refusal.notFound
        }
        try desk.notices.mute(input.subject.uuid, of: input.sort, by: call.caller.member.id)
        return .done(
            goTo: "/\(desk.enterprise.slug)/notices", notice: "Muted. A mention or a clock of yours still comes through.")
    }
}

/// Wants to hear of it again.
package struct HearAgain: Action {
    package struct Input: FormInput {
        let subject: ID<Event>

        package init(_ form: inout Form) { subject = form.id("subject", label: "Subject") }
    }

    package static let route = Route.post("/{enterprise}/notices/mutes/end")
    package static let summary = "Hear of a muted thing again"
    package static let access = Permission.ownAccount
    package static let retryForm: (any Action.Type)? = ShowNotices.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        try call.desk(tx).notices.hearAgain(call.input.subject.uuid, by: call.caller.member.id)
        return .done(goTo: "/\(call.caller.enterprise.slug)/notices", notice: "You hear of it again.")
    }
}

/// Says for which reasons one wants to be told.
package struct ChooseNotices: Action {
    package struct Input: FormInput {
        let on: [String]

        package init(_ form: inout Form) {
            on = form.list("on", label: "Switched on", max: 40, count: 100)
            if !form.isSent("on") { form.reject("on", "Say which reasons are on; an empty list switches all of them off.") }
        }
    }

    package static let route = Route.post("/{enterprise}/notices/choices")
    package static let summary = "Choose the reasons for which one is told, and none other"
    package static let access = Permission.ownAccount
    package static let retryForm: (any Action.Type)? = ShowNotices.self
    package static let formName = "choices"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        if let unknown = call.input.on.first(where: { name in !desk.kernel.noticeReasons.contains { $0.name == name } }) {
            throw InvalidInput([FieldError("on", "There is no reason “\(unknown)”.")])
        }
        try desk.notices.choose(call.input.on, by: call.caller.member.id)
        return .done(goTo: "/\(desk.enterprise.slug)/notices", notice: "Saved.")
    }
}

/// Wants to be told as everybody is at first.
package struct ForgetChoices: Action {
    package typealias Input = NoInput

    package static let route = Route.post("/{enterprise}/notices/choices/reset")
    package static let summary = "Be told as everybody is at first"
    package static let access = Permission.ownAccount

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        try call.desk(tx).notices.forgetChoices(of: call.caller.member.id)
        return .done(goTo: "/\(call.caller.enterprise.slug)/notices", notice: "As it was at first.")
    }
}
