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
    /// Cases whose own words, messages or customer match, each once: the best of each sort first.
    package func search(_ query: String, limit: Int = 50) throws -> [CaseLine] {
        let own = try CaseIndex.cases.match(query, in: desk.scope, limit: limit, tx).map(\.id)
        let customers = try CustomerIndex.text.match(query, in: desk.scope, limit: 20, tx).map(\.id)
        let said = try CaseIndex.messages.match(query, in: desk.scope, limit: limit, tx).map(\.id)
        var found: [ID<Case>] = own
        found += try ids(where: "customer IN (\(SQL.list(customers)))", limit: limit)
        // Whole messages: for these two columns SQLite would rather scan an index that has both.
        let caseOf = Dictionary(
            try desk.messages.find(said).map { ($0.id, $0.caseID) }, uniquingKeysWith: { first, _ in first })
        found += said.compactMap { caseOf[$0] }
        var places: [ID<Case>: Int] = [:]
        for id in found where places[id] == nil && places.count < limit { places[id] = places.count }
        let lines = try lines(
            where: "AND c.id IN (\(SQL.list(places.keys)))", order: "c.updated_at + 0 DESC", limit: limit)
        return lines.sorted { places[$0.item.id, default: limit] < places[$1.item.id, default: limit] }
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
