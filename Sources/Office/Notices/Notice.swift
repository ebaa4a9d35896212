// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import Web

/// What a member is told of one thing: the newest of what happened to it since they read of it, why it concerns them, and how
/// much it was.
package struct Notice: Sendable {
    package let subject: UUID
    /// The sort of thing that it is, by the name of a ``SubjectSort``.
    package let sort: String
    package let reason: String
    package let count: Int
    /// The newest event's place in the log.
    package let position: Int
    package let at: Timestamp
    package let readAt: Timestamp?
}

package enum NoticeSchema {
    package static let migrations: [Migration] = [
        Migration(
            "notices-1",
            """
            CREATE TABLE notices (
                enterprise UUID NOT NULL, member UUID NOT NULL, subject UUID NOT NULL, sort TEXT NOT NULL, reason TEXT NOT NULL,
                rank BIGINT NOT NULL, count BIGINT NOT NULL, position BIGINT NOT NULL, at BIGINT NOT NULL, read_at BIGINT,
                PRIMARY KEY (enterprise, member, subject),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """,
            "CREATE INDEX notices_by_time ON notices (enterprise, member, at DESC)",
            "CREATE INDEX notices_unread ON notices (enterprise, member) WHERE read_at IS NULL",
            """
            CREATE TABLE notice_choices (
                enterprise UUID NOT NULL, member UUID NOT NULL, reason TEXT NOT NULL, is_on BOOLEAN NOT NULL,
                PRIMARY KEY (enterprise, member, reason),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """,
            """
            CREATE TABLE notice_mutes (
                enterprise UUID NOT NULL, member UUID NOT NULL, subject UUID NOT NULL, sort TEXT NOT NULL, at BIGINT NOT NULL,
                PRIMARY KEY (enterprise, member, subject),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """)
    ]
}

extension Desk {
    package var notices: NoticeStore { NoticeStore(desk: self) }
}

package struct NoticeStore {
    fileprivate let desk: Desk
    private var tx: Transaction { desk.tx }
    private var scope: ID<Enterprise> { desk.scope }

    /// The newest first; those that are unread, or all.
    package func list(of member: ID<Member>, onlyUnread: Bool = false, reason: String? = nil, limit: Int = 50) throws -> [Notice] {
        let unread: SQL = onlyUnread ? "AND read_at IS NULL" : ""
        let one: SQL = if let reason { "AND reason = \(reason)" } else { "" }
        return try tx.all(
            """
            SELECT subject, sort, reason, count, position, at, read_at FROM notices
            WHERE enterprise = \(scope) AND member = \(member) \(unread) \(one) ORDER BY at DESC, subject LIMIT \(limit)
            """
        ) { row in
            try Notice(
                subject: row.next(), sort: row.next(), reason: row.next(), count: row.next(), position: row.next(),
                at: row.next(), readAt: row.next())
        }
    }

    /// A query for how many things a member has not read of, counted to a hundred.
    package func unread(of member: ID<Member>) -> SQL {
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM notices WHERE enterprise = \(scope) AND member = \(member) AND read_at IS NULL LIMIT 100
        ) AS unread
        """
    }

    /// The place of the newest event that a member was told of about something and has not read.
    package func unread(about subject: UUID, by member: ID<Member>) throws -> Int? {
        try tx.first(
            """
            SELECT position FROM notices
            WHERE enterprise = \(scope) AND member = \(member) AND subject = \(subject) AND read_at IS NULL
            """
        ) { try $0.next() }
    }

    /// - Parameters:
    ///   - subject: `nil` reads all.
    ///   - place: what came after it in the log stays unread, since it was not seen.
    package func read(_ subject: UUID? = nil, upTo place: Int? = nil, by member: ID<Member>) throws {
        let one: SQL = if let subject { "AND subject = \(subject)" } else { "" }
        let seen: SQL = if let place { "AND position <= \(place)" } else { "" }
        let changed = try tx.run(
            """
            UPDATE notices SET read_at = \(desk.now)
            WHERE enterprise = \(scope) AND member = \(member) AND read_at IS NULL \(one) \(seen)
            """)
        if changed > 0 { announce(to: member) }
    }

    /// - Parameter rank: of the reason, the smallest for what concerns most. A thing that is unread keeps its strongest reason.
    func add(_ event: Event, because reason: NoticeReason, _ rank: Int, to member: ID<Member>) throws {
        guard let position = event.position else { return }
        // What it has heard of already it does not count again when the log is replayed.
        let changed = try tx.run(
            """
            INSERT INTO notices (enterprise, member, subject, sort, reason, rank, count, position, at)
            VALUES (\(scope), \(member), \(event.subject), \(event.sort), \(reason.name), \(rank), 1, \(position), \(event.at))
            ON CONFLICT (enterprise, member, subject) DO UPDATE SET
                count = CASE WHEN notices.read_at IS NULL THEN notices.count + 1 ELSE 1 END,
                reason = CASE WHEN notices.read_at IS NULL AND notices.rank < excluded.rank
                    THEN notices.reason ELSE excluded.reason END,
                rank = CASE WHEN notices.read_at IS NULL AND notices.rank < excluded.rank
                    THEN notices.rank ELSE excluded.rank END,
                position = excluded.position, at = excluded.at, read_at = NULL
            WHERE notices.position < excluded.position
            """)
        if changed > 0 { announce(to: member) }
    }

    /// Which reasons a member has switched, and to what.
    package func choices(of member: ID<Member>) throws -> [String: Bool] {
        let choices: [(String, Bool)] = try tx.all(
            "SELECT reason, is_on FROM notice_choices WHERE enterprise = \(scope) AND member = \(member)"
        ) { try ($0.next(), $0.next()) }
        return Dictionary(choices, uniquingKeysWith: { first, _ in first })
    }

    /// Those of some members who do not want to be told for a reason.
    func unwilling(_ members: Set<ID<Member>>, _ reason: NoticeReason) throws -> Set<ID<Member>> {
        guard !members.isEmpty, !reason.isAlways else { return [] }
        let choices: [(ID<Member>, Bool)] = try tx.all(
            """
            SELECT member, is_on FROM notice_choices
            WHERE enterprise = \(scope) AND reason = \(reason.name) AND member IN (\(SQL.list(members)))
            """
        ) { try ($0.next(), $0.next()) }
        let chosen = Dictionary(choices, uniquingKeysWith: { first, _ in first })
        return members.filter { !(chosen[$0] ?? reason.isOnAtFirst) }
    }

    /// - Parameter on: the names of all reasons for which a member is to be told; those left out are switched off.
    package func choose(_ on: [String], by member: ID<Member>) throws {
        let before = try choices(of: member)
        let changed = desk.kernel.noticeReasons.filter { !$0.isAlways && on.contains($0.name) != (before[$0.name] ?? $0.isOnAtFirst) }
        for reason in changed {
            try tx.run(
                """
                INSERT INTO notice_choices (enterprise, member, reason, is_on)
                VALUES (\(scope), \(member), \(reason.name), \(on.contains(reason.name)))
                ON CONFLICT (enterprise, member, reason) DO UPDATE SET is_on = excluded.is_on
                """)
        }
        try note(changed, areOn: on.contains, by: member)
    }

    /// As it is for everybody at first.
    package func forgetChoices(of member: ID<Member>) throws {
        let before = try choices(of: member)
        try tx.run("DELETE FROM notice_choices WHERE enterprise = \(scope) AND member = \(member)")
        let changed = desk.kernel.noticeReasons.filter { (before[$0.name] ?? $0.isOnAtFirst) != $0.isOnAtFirst }
        try note(changed, areOn: { name in changed.contains { $0.name == name && $0.isOnAtFirst } }, by: member)
    }

    private func note(_ changed: [NoticeReason], areOn: (String) -> Bool, by member: ID<Member>) throws {
        guard !changed.isEmpty else { return }
        let names = changed.map(\.name)
        try desk.record(NoticesChosen(on: names.filter(areOn), off: names.filter { !areOn($0) }), on: member.uuid)
    }

    /// What a member hears nothing of, the newest first.
    package func mutes(of member: ID<Member>, limit: Int = 100) throws -> [(subject: UUID, sort: String)] {
        try tx.all(
            """
            SELECT subject, sort FROM notice_mutes WHERE enterprise = \(scope) AND member = \(member)
            ORDER BY at DESC, subject LIMIT \(limit)
            """
        ) { try ($0.next(), $0.next()) }
    }

    func muted(_ subject: UUID) throws -> Set<ID<Member>> {
        Set(
            try tx.all("SELECT member FROM notice_mutes WHERE enterprise = \(scope) AND subject = \(subject)") {
                try $0.next()
            })
    }

    package func mute(_ subject: UUID, of sort: String, by member: ID<Member>) throws {
        let changed = try tx.run(
            """
            INSERT INTO notice_mutes (enterprise, member, subject, sort, at)
            VALUES (\(scope), \(member), \(subject), \(sort), \(desk.now)) ON CONFLICT (enterprise, member, subject) DO NOTHING
            """)
        if changed > 0 { try desk.record(SubjectMuted(sort: sort), on: member.uuid, object: subject) }
        try read(subject, by: member)
    }

    package func hearAgain(_ subject: UUID, by member: ID<Member>) throws {
        let changed = try tx.run(
            "DELETE FROM notice_mutes WHERE enterprise = \(scope) AND member = \(member) AND subject = \(subject)")
        if changed > 0 { try desk.record(SubjectHeard(), on: member.uuid, object: subject) }
        announce(to: member)
    }

    /// Forgets what was read long ago.
    package static func forget(_ tx: Transaction, readBefore time: Timestamp) throws {
        try tx.run("DELETE FROM notices WHERE read_at < \(time)")
    }

    private func announce(to member: ID<Member>) {
        let (announce, topic) = (desk.kernel.announce, Live.Topic.notices(of: member, at: scope))
        tx.afterCommit { announce(topic) }
    }
}

extension Live.Topic {
    /// What a member is told.
    package static func notices(of member: ID<Member>, at enterprise: ID<Enterprise>) -> Live.Topic {
        Live.Topic("notices", enterprise.uuid, member.uuid)
    }
}

/// Whether a member has been told something, or has read it.
package enum NoticeChanges {
    package static let source = LiveSource("notices", revisions)

    @Sendable private static func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        let (enterprises, members) = (Set(topics.map(\.ids[0])), Set(topics.map(\.ids[1])))
        let found: [(ID<Enterprise>, ID<Member>, Int64)] = try tx.all(
            """
            SELECT enterprise, member, CAST(SUM(2 * position + CASE WHEN read_at IS NULL THEN 0 ELSE 1 END) AS BIGINT) FROM notices
            WHERE enterprise IN (\(SQL.filledList(enterprises))) AND member IN (\(SQL.filledList(members)))
            GROUP BY enterprise, member
            """
        ) { try ($0.next(), $0.next(), $0.next()) }
        let none = Dictionary(topics.map { ($0, Int64(0)) }, uniquingKeysWith: { first, _ in first })
        return found.reduce(into: none) { $0[.notices(of: $1.1, at: $1.0)] = $1.2 }
    }
}

extension Call where As == StaffCaller {
    /// What writes down that the caller, who sees a page about something, has read what they were told of it up to now; `nil` if there
    /// is nothing to read, a program looks, or an open page fetches itself again.
    package func reading(_ subject: UUID, _ desk: Desk) throws -> (@Sendable (Transaction) throws -> Void)? {
        let member = caller.member.id
        guard caller.session != nil, !credentials.isRefetch, let place = try desk.notices.unread(about: subject, by: member) else {
            return nil
        }
        return { tx in try self.desk(tx).notices.read(subject, upTo: place, by: member) }
    }
}
