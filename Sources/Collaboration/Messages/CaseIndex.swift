// SPDX-License-Identifier: Apache-2.0
import Office
import Storage

/// Full-text search over cases: an entry a case (title, product, serial) and an entry a message.
enum CaseIndex {
    static let cases = FullText<Case>("case_text")
    static let messages = FullText<Message>("message_text")

    static func put(_ item: Case, _ desk: Desk) throws {
        let words = [desk.enterprise.reference(item.number), item.title, item.product, item.serial]
        try cases.put(item.id, in: desk.scope, text: words.joined(separator: " "), desk.tx)
    }

    static func put(_ message: Message, _ desk: Desk) throws {
        guard !message.body.isEmpty else { return }
        try messages.put(message.id, in: desk.scope, text: message.body, desk.tx)
    }
}

extension CaseStore {
    /// Cases whose own words, messages or customer match, each once: the best of each sort first. Of a word that is very
    /// frequent only the newest are looked at: a hundred of each sort, and more where a filter leaves some of them out.
    package func search(
        _ query: String, _ filter: CaseFilter? = nil, by viewer: ID<Member>? = nil, limit: Int = 50
    ) throws -> [CaseLine] {
        let most = filter == nil ? limit : 8 * limit
        func match<Entity>(_ index: FullText<Entity>, _ limit: Int) throws -> [ID<Entity>] {
            try index.match(query, in: desk.scope, limit: limit, most: max(100, most), tx).map(\.id)
        }
        let said = try match(CaseIndex.messages, most)
        var found = try match(CaseIndex.cases, most)
        found += try ids(where: "customer IN (\(SQL.list(try match(CustomerIndex.text, 20))))", limit: most)
        found += try cases(of: said)
        var places: [ID<Case>: Int] = [:]
        for id in found where places[id] == nil { places[id] = places.count }
        if filter == nil { places = places.filter { $0.value < limit } }
        let shown = filter.map { conditions($0, by: viewer) } ?? .empty
        let lines = try lines(
            where: "AND c.id IN (\(SQL.list(places.keys))) \(shown)", order: "c.updated_at + 0 DESC", limit: places.count)
        return Array(lines.sorted { places[$0.item.id, default: .max] < places[$1.item.id, default: .max] }.prefix(limit))
    }

    /// The cases of messages, in the order of these. Without the channel SQLite would rather scan an index of the others.
    private func cases(of messages: [ID<Message>]) throws -> [ID<Case>] {
        let found: [(ID<Message>, ID<Case>, Channel)] = try tx.all(
            """
            SELECT id, case_id, channel FROM messages
            WHERE enterprise = \(desk.scope) AND id IN (\(SQL.list(messages)))
            """
        ) { (try $0.next(), try $0.next(), try $0.next()) }
        let caseOf = Dictionary(found.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })
        return messages.compactMap { caseOf[$0] }
    }

    /// The sum keeps SQLite from walking all cases in order of change until it has met enough of these few.
    private func ids(where condition: SQL, limit: Int) throws -> [ID<Case>] {
        try tx.all(
            """
            SELECT id FROM cases WHERE enterprise = \(desk.scope) AND \(condition)
            ORDER BY updated_at + 0 DESC LIMIT \(limit)
            """
        ) { try $0.next() }
    }
}
