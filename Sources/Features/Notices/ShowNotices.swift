// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// What one is told, and why, the newest first.
package struct ShowNotices: Action {
    package enum Show: String, Sendable, CaseIterable, Codable { case all, unread, mentions }

    package struct Input: FormInput {
        let show: Show

        package init(_ form: inout Form) {
            show = form.choice("show", label: "Show", default: .all)
        }
    }

    package static let route = Route.get("/{enterprise}/notices")
    package static let summary = "What one is told, and why; how one wants to be told"
    package static let access = Permission.ownAccount

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Shown<NoticesView, NoticeFile>> {
        let file = try NoticeFile(call.desk(tx), call.caller.member.id, call.input.show)
        let moments = Moments(call.caller.locale, now: call.now)
        let scene = try call.desk(tx).scene(of: file.notices.compactMap(\.event), moments)
        return .show(Shown(NoticesView(file, call.desk(tx), scene), from: file))
    }

    package static func page(
        _ output: Shown<NoticesView, NoticeFile>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        guard let file = output.material else { return nil }
        let desk = call.desk(tx)
        let (root, moments) = ("/\(desk.enterprise.slug)/notices", Moments(call.caller.locale, now: call.now))
        let scene = try desk.scene(of: file.notices.compactMap(\.event), moments)
        func models(read isRead: Bool) -> [Model] {
            file.notices.filter { ($0.notice.readAt != nil) == isRead }.map { $0.model(moments, desk.kernel, scene) }
        }
        let (new, read) = (models(read: false), models(read: true))
        return Page(
            "notices", title: "Notices",
            [
                "live": .text("\(root)/live"), "root": .text(root), "new": .list(new), "read": .list(read),
                "hasNew": .flag(!new.isEmpty), "hasRead": .flag(!read.isEmpty), "empty": .flag(new.isEmpty && read.isEmpty),
                "subjects": .number(output.view.unreadSubjects), "count": .number(output.view.unread),
                "show": .object([call.input.show.rawValue: true]),
                "reasons": .list(
                    desk.kernel.noticeReasons.map { reason in
                        [
                            "name": .text(reason.name), "title": .message(reason.title), "hint": .message(reason.hint),
                            "always": .flag(reason.isAlways), "on": .flag(file.isOn(reason)),
                        ]
                    }),
                "hasMutes": .flag(!file.mutes.isEmpty),
                "mutes": .list(
                    file.mutes.map { ["id": .text("\($0.id)"), "title": .text($0.label.title), "href": .text($0.label.href)] }),
            ])
    }
}

/// One's notices with what is needed to tell them; none about what has gone or may not be read any more.
package struct NoticeFile: Sendable {
    struct Told: Sendable {
        let notice: Notice
        let reason: NoticeReason
        let label: SubjectSort.Label
        let event: Event?
    }

    let notices: [Told]
    let mutes: [(id: ID<Event>, label: SubjectSort.Label)]
    let reasons: [NoticeReason]
    private let choices: [String: Bool]

    init(_ desk: Desk, _ member: ID<Member>, _ show: ShowNotices.Show) throws {
        reasons = desk.kernel.noticeReasons
        choices = try desk.notices.choices(of: member)
        let found = try desk.notices.list(
            of: member, onlyUnread: show == .unread, reason: show == .mentions ? "mentioned" : nil, limit: 100)
        let labels = try Self.labels(found.map { ($0.subject, $0.sort) }, desk)
        let events = try desk.log.events(at: SQL.list(found.map(\.position)))
        let byPlace = Dictionary(events.map { ($0.position ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
        let byName = Dictionary(reasons.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        notices = found.compactMap { notice in
            guard let label = labels[notice.subject], let reason = byName[notice.reason] else { return nil }
            return Told(notice: notice, reason: reason, label: label, event: byPlace[notice.position])
        }
        let muted = try desk.notices.mutes(of: member)
        let names = try Self.labels(muted.map { ($0.subject, $0.sort) }, desk)
        mutes = muted.compactMap { mute in names[mute.subject].map { (ID(mute.subject), $0) } }
    }

    var unread: [Told] { notices.filter { $0.notice.readAt == nil } }

    func isOn(_ reason: NoticeReason) -> Bool { reason.isAlways || choices[reason.name] ?? reason.isOnAtFirst }

    private static func labels(_ subjects: [(UUID, String)], _ desk: Desk) throws -> [UUID: SubjectSort.Label] {
        try Dictionary(grouping: subjects, by: \.1).reduce(into: [:]) { labels, sort in
            let found = try desk.kernel.subjectSorts[sort.key]?.labels(sort.value.map(\.0), desk) ?? [:]
            labels.merge(found) { first, _ in first }
        }
    }
}

extension NoticeFile.Told {
    /// What happened last, in a sentence.
    func sentence(_ kernel: Kernel, _ scene: EventScene) -> Phrase? {
        guard let event else { return nil }
        return (try? event.data(kernel.eventTypes))?.told(event, scene)
    }

    func model(_ moments: Moments, _ kernel: Kernel, _ scene: EventScene) -> Model {
        [
            "id": .text(notice.subject.uuidString.lowercased()), "sort": .text(notice.sort), "title": .text(label.title),
            "href": .text(label.href), "count": .number(notice.count), "reason": .message(reason.title),
            "icon": .object([reason.name: true]), "what": .message(sentence(kernel, scene)),
            "time": .text(moments.clock(notice.at)), "datetime": .text(notice.at.rfc3339),
        ]
    }
}

package struct NoticesView: Codable, Sendable {
    package struct Line: Codable, Sendable {
        /// The id of what it is about.
        package let subject: ID<Event>
        /// Such as `case`.
        package let sort: String
        package let title: String
        package let href: String?
        /// The reason's name, such as `assigned`.
        package let why: String
        /// What happened last, in a sentence.
        package let text: String?
        /// How much has happened since it was read last.
        package let count: Int
        /// The type of what happened last, and who did it.
        package let type: String?
        package let actor: String?
        package let at: Timestamp
        package let readAt: Timestamp?
    }

    package struct Reason: Codable, Sendable {
        /// Such as `assigned`.
        package let why: String
        package let title: String
        package let hint: String
        package let isOn: Bool
        /// Whether it cannot be switched off.
        package let isAlways: Bool
    }

    package struct Mute: Codable, Sendable {
        package let subject: ID<Event>
        package let title: String
    }

    package let notices: [Line]
    /// Of how many of these things one has not read, and how much that is.
    package let unreadSubjects: Int
    package let unread: Int
    package let reasons: [Reason]
    package let mutes: [Mute]

    init(_ file: NoticeFile, _ desk: Desk, _ scene: EventScene) {
        unreadSubjects = file.unread.count
        unread = file.unread.reduce(0) { $0 + $1.notice.count }
        notices = file.notices.map { told in
            Line(
                subject: ID(told.notice.subject), sort: told.notice.sort, title: told.label.title, href: told.label.href,
                why: told.notice.reason, text: told.sentence(desk.kernel, scene)?.description, count: told.notice.count, type: told.event?.type, actor: told.event?.actorName,
                at: told.notice.at, readAt: told.notice.readAt)
        }
        reasons = file.reasons.map { Reason(why: $0.name, title: $0.title.description, hint: $0.hint.description, isOn: file.isOn($0), isAlways: $0.isAlways) }
        mutes = file.mutes.map { Mute(subject: $0.id, title: $0.label.title) }
    }
}

/// One's notices have changed.
package struct FollowNotices: StreamAction {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/notices/live")
    package static let summary = "Server-sent events: one is told something, or has read it"
    package static let access = Permission.ownAccount

    package static func topics(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> [Live.Topic] {
        [.notices(of: call.caller.member.id, at: call.caller.enterprise.id)]
    }
}
