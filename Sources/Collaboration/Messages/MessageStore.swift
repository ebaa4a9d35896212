// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

extension Desk {
    package var messages: MessageStore { MessageStore(desk: self) }
}

package struct MessageStore {
    let desk: Desk
    var tx: Transaction { desk.tx }

    private static let columns: SQL = """
        id, case_id, author_kind, author_name, author_link, body, channel, to_customer, handover, sent_at, \
        erased_for
        """

    package func find(_ id: ID<Message>) throws -> Message? { try find([id]).first }

    /// These messages of a case, oldest first. What was sent in `span` is read along an index; a message of another
    /// company may have been sent long before it came, and is looked for by its id.
    func find(_ ids: Set<ID<Message>>, of item: ID<Case>, sentIn span: ClosedRange<Timestamp>?) throws -> [Message] {
        guard let span else { return try find(Array(ids)) }
        let most = 4 * ids.count
        var rows = try rows(
            """
            messages m LEFT JOIN message_audience a ON a.enterprise = m.enterprise AND a.message = m.id
            WHERE m.enterprise = \(desk.scope) AND m.case_id = \(item)
                AND m.sent_at BETWEEN \(span.lowerBound) AND \(span.upperBound) ORDER BY m.sent_at, m.id LIMIT \(most)
            """)
        // Not all who see the last one may have fitted.
        if rows.count == most, let last = rows.last?.message.id { rows.removeAll { $0.message.id == last } }
        let near = Self.gathered(rows.filter { ids.contains($0.message.id) })
        let far = ids.subtracting(near.map(\.id))
        if far.isEmpty { return near }
        return try (find(Array(far)) + near).sorted { ($0.sentAt, $0.id) < ($1.sentAt, $1.id) }
    }

    /// These messages, oldest first.
    func find(_ ids: [ID<Message>]) throws -> [Message] {
        ids.isEmpty ? [] : try list(where: "id IN (\(SQL.list(ids)))", limit: ids.count)
    }

    /// The newest messages of a case, oldest of them first.
    package func list(of item: ID<Case>, toCustomerOnly: Bool = false, limit: Int = 50) throws -> [Message] {
        let visible: SQL = toCustomerOnly ? "AND to_customer" : ""
        return try list(where: "case_id = \(item) \(visible)", newest: true, limit: limit)
    }

    /// The newest messages of these cases, newest first. First found along the index, which holds no text.
    func newest(of items: [ID<Case>], limit: Int) throws -> [Message] {
        let ids: [ID<Message>] = try tx.all(
            """
            SELECT id FROM messages WHERE enterprise = \(desk.scope) AND case_id IN (\(SQL.list(items)))
            ORDER BY sent_at DESC, id DESC LIMIT \(limit)
            """
        ) { try $0.next() }
        return try find(ids).reversed()
    }

    /// What the customer first wrote: the question itself.
    package func first(of item: ID<Case>) throws -> Message? {
        try list(where: "case_id = \(item) AND author_kind = \(Message.Author.Kind.customer)", limit: 1).first
    }

    /// Messages, each with everybody who sees it, oldest first: the newest of those that fit, or the oldest.
    private func list(where condition: SQL, newest isNewest: Bool = false, limit: Int) throws -> [Message] {
        let direction: SQL = isNewest ? "DESC" : "ASC"
        // A subquery, because it is messages that are limited, not those who see them.
        return Self.gathered(
            try rows(
                """
                (
                    SELECT enterprise, \(Self.columns) FROM messages WHERE enterprise = \(desk.scope) AND \(condition)
                    ORDER BY sent_at \(direction), id \(direction) LIMIT \(limit)
                ) m LEFT JOIN message_audience a ON a.enterprise = m.enterprise AND a.message = m.id
                """
            ).sorted { ($0.message.sentAt, $0.message.id) < ($1.message.sentAt, $1.message.id) })
    }

    private typealias SeenBy = (message: Message, link: ID<Link>?)

    /// A row for each company that sees a message, and one for a message that none sees.
    private func rows(_ source: SQL) throws -> [SeenBy] {
        try tx.all("SELECT \(Self.columns), a.link FROM \(source)") { row in (try Self.read(&row), try row.next()) }
    }

    /// - Parameter rows: those of one message beside each other.
    private static func gathered(_ rows: [SeenBy]) -> [Message] {
        var messages: [Message] = []
        for (message, link) in rows {
            if messages.last?.id != message.id { messages.append(message) }
            if let link { messages[messages.count - 1].audience.links.insert(link) }
        }
        return messages
    }

    func add(_ message: Message) throws {
        try tx.runLater(
            """
            INSERT INTO messages (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(message.id), \(message.caseID), \(message.author.kind), \(message.author.name),
                \(message.author.link), \(message.body), \(message.channel), \(message.audience.customer),
                \(message.handover), \(message.sentAt), \(message.erased))
            """)
        for link in message.audience.links { try widen(message.id, to: link) }
    }

    /// Lets one more company see a message.
    func widen(_ message: ID<Message>, to link: ID<Link>) throws {
        try tx.runLater(
            """
            INSERT INTO message_audience (enterprise, message, link) VALUES (\(desk.scope), \(message), \(link))
            ON CONFLICT (enterprise, message, link) DO NOTHING
            """)
    }

    private static func read(_ row: inout Row) throws -> Message {
        let (id, caseID): (ID<Message>, ID<Case>) = try (row.next(), row.next())
        let (kind, name, link): (Message.Author.Kind, String, ID<Link>?) = try (row.next(), row.next(), row.next())
        return try Message(
            id: id, caseID: caseID, author: Message.Author(kind, name: name, link: link), body: row.next(),
            channel: row.next(), audience: Audience(customer: row.next()), handover: row.next(), sentAt: row.next(),
            erased: row.next())
    }
}
