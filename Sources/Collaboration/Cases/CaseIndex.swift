// SPDX-License-Identifier: Apache-2.0
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
    /// Cases whose own words, messages or customer match, the best first, each once.
    package func search(_ query: String, limit: Int = 50) throws -> [CaseLine] {
        let own = try CaseIndex.cases.match(query, in: desk.scope, limit: limit, tx)
        let said = try CaseIndex.messages.match(query, in: desk.scope, limit: limit, tx)
        let customers = try CustomerIndex.text.match(query, in: desk.scope, limit: 20, tx)
        let found = try lines(
            where: """
                AND (c.id IN (\(SQL.list(own.map(\.id))))
                OR c.id IN (SELECT case_id FROM messages WHERE enterprise = \(desk.scope) AND id IN (\(SQL.list(said.map(\.id)))))
                OR c.customer IN (\(SQL.list(customers.map(\.id)))))
                """, after: nil, limit: limit)
        let rank = Dictionary(own.map { ($0.id, $0.rank) }, uniquingKeysWith: max)
        return found.sorted { (rank[$0.item.id] ?? 0, $0.item.updatedAt) > (rank[$1.item.id] ?? 0, $1.item.updatedAt) }
    }
}
