// SPDX-License-Identifier: Apache-2.0
import Exchange
import Foundation
import Storage

/// A batch on its way: the next events of some conversations, none of which has another batch under way.
struct Parcel: Sendable {
    struct Entry: Sendable {
        package let conversation: ID<Conversation>
        package let convseq: Int64
        package let id: UUID
        package let event: [UInt8]
    }

    let destination: Destination
    let entries: [Entry]

    var conversations: Set<ID<Conversation>> { Set(entries.map(\.conversation)) }
    var body: [UInt8] { Batch.encode(entries.map(\.event)) }
}

/// What waits to go to one destination.
package struct Waiting {
    private let destination: Destination
    private let tx: Transaction

    package init(_ destination: Destination, _ tx: Transaction) {
        self.destination = destination
        self.tx = tx
    }

    /// The next batch: from the conversations that have waited longest, leaving out those under way.
    func next(within limits: ExchangeLimits, except underWay: Set<ID<Conversation>>) throws -> Parcel? {
        let conversations: [(ID<Conversation>, Int64)] = try tx.all(
            """
            SELECT id, settled_out FROM conversations
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
                AND settled_out < last_out AND held_at IS NULL AND id NOT IN (\(Self.list(underWay)))
            ORDER BY waits_since LIMIT \(limits.eventsPerBatch)
            """
        ) { (try $0.next(), try $0.next()) }
        var entries: [Parcel.Entry] = []
        for (conversation, settled) in conversations {
            let room = limits.eventsPerBatch - entries.count
            if room <= 0 { break }
            let more = try events(of: conversation, after: settled, limit: room)
            let all = entries + more
            let count = Batch.prefix(ofSizes: all.lazy.map(\.event.count), within: limits)
            entries = Array(all.prefix(count))
            if count < all.count { break }
        }
        return entries.isEmpty ? nil : Parcel(destination: destination, entries: entries)
    }

    /// Events of one conversation as they were, or will be, sent.
    func events(of conversation: ID<Conversation>, after convseq: Int64, limit: Int) throws -> [Parcel.Entry] {
        try tx.all(
            """
            SELECT convseq, id, event FROM outbox
            WHERE enterprise = \(destination.enterprise) AND link = \(destination.link)
                AND conversation = \(conversation) AND convseq > \(convseq)
            ORDER BY convseq LIMIT \(limit)
            """
        ) { row in
            Parcel.Entry(
                conversation: conversation, convseq: try row.next(), id: try row.next(), event: try row.next())
        }
    }

    /// `NOT IN (NULL)` would be true for nothing.
    private static func list(_ ids: Set<ID<Conversation>>) -> SQL {
        ids.isEmpty ? "SELECT id FROM conversations WHERE 1 = 0" : SQL.list(ids.sorted())
    }
}

extension Waiting {
    /// Events by their ids, each with the settled place of its conversation.
    func events(_ ids: [UUID]) throws -> [(entry: Parcel.Entry, settled: Int64)] {
        try tx.all(
            """
            SELECT o.conversation, o.convseq, o.id, o.event, c.settled_out FROM outbox o
            JOIN conversations c ON c.enterprise = o.enterprise AND c.link = o.link AND c.id = o.conversation
            WHERE o.enterprise = \(destination.enterprise) AND o.link = \(destination.link)
                AND o.id IN (\(SQL.list(ids)))
            """
        ) { row in
            let entry = Parcel.Entry(
                conversation: try row.next(), convseq: try row.next(), id: try row.next(), event: try row.next())
            return (entry, try row.next())
        }
    }
}
