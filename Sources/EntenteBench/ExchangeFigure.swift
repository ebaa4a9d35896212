// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Storage

extension Bench {
    /// Messages that wait at one node, and the time from the first that arrives at another until the last is settled.
    func exchange() async throws -> [Figure] {
        let (conversations, messages) = (40, 500)
        let corridor = Corridor()
        let (velora, kraft) = (
            try await newOffice("exchange-velora", corridor), try await newOffice("exchange-kraft", corridor)
        )
        let (sender, receiver) = (try await velora.found("Velora", colour: 5), try await kraft.found("Kraft", colour: 7))
        let link = try await sender.link(with: receiver, as: .supplier)
        var cases: [ID<Case>] = []
        for number in 0..<conversations { cases.append(try await sender.handOver(number, over: link, to: receiver)) }
        let rows = try await repeated("rows, a hundred a transaction") {
            try await BareStatements(sender).inserts(tasks: 8, rows: 100)
        }
        let answering = try await serve(kraft.database.location.argument, port: kraft.port)
        let rates = try await repeated("exchange") {
            for item in cases { try await sender.write(messages, in: item, to: link) }
            let start = Timestamp.now
            let sending = try await serve(velora.database.location.argument, port: velora.port)
            while try await velora.waiting() > 0 { try await Task.sleep(for: .milliseconds(20)) }
            let end = Timestamp.now
            try await sending.stop()
            let (first, count) = try await kraft.arrived(since: start)
            guard count == conversations * messages else { throw BenchError("\(count) events arrived") }
            return Double(count) / (end - first).seconds
        }
        try await answering.stop()
        for office in [velora, kraft] { await office.database.close() }
        return [
            Figure(
                "exchange over one link", "events/s", rates, .atLeast(2000),
                limit: "durable rows, a hundred a transaction, in one process \(Figure.text(rows.median))/s")
        ]
    }

    /// An empty node.
    func newOffice(_ name: String, _ corridor: Corridor) async throws -> Office {
        let file = folder.appending(path: "\(name).sqlite")
        try LoadedDatabase.remove(file)
        let office = try await Office(.sqlite(path: file.path), port: ServerProcess.freePort(), corridor)
        try await office.database.write { tx in
            try tx.run("CREATE TABLE bench_rows (id UUID PRIMARY KEY, text TEXT NOT NULL)")
        }
        return office
    }
}

extension Office {
    /// The port of its origin.
    var port: Int { origin.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Conversations of which the peer has not settled all events.
    fileprivate func waiting() async throws -> Int {
        try await database.read { tx in
            try tx.first("SELECT COUNT(*) FROM conversations WHERE settled_out < last_out") { try $0.next() }
        } ?? 0
    }

    fileprivate func arrived(since start: Timestamp) async throws -> (first: Timestamp, count: Int) {
        let found: (Timestamp?, Int)? = try await database.read { tx in
            try tx.first("SELECT MIN(received_at), COUNT(*) FROM inbox WHERE received_at >= \(start)") {
                (try $0.next(), try $0.next())
            }
        }
        guard let (first, count) = found, let first else { throw BenchError("nothing arrived") }
        return (first, count)
    }
}

extension Company {
    /// A case of its own that the other company has accepted.
    fileprivate func handOver(_ number: Int, over link: ID<Link>, to other: Company) async throws -> ID<Case> {
        let (item, handover) = try await work { desk in
            var story = Story(seed: number)
            let customer = Customer(name: story.name(), createdAt: desk.now)
            try desk.customers.add(customer, reachedBy: [])
            var draft = CaseDraft(
                kind: "enquiry", title: story.sentence(words: 6), body: story.sentence(words: 20),
                author: .init(.customer, name: customer.name), audience: Audience(customer: true))
            draft.customer = customer.id
            var item = try desk.open(draft).case
            let ask = Ask(form: .text, text: story.sentence(words: 6))
            let handover = try desk.offer(&item, over: link, ask, acceptBy: nil, answerBy: nil)
            try desk.cases.save(item)
            return (item.id, handover.id)
        }
        try await office.delivery.drain()
        try await other.work { desk in _ = try desk.accept(handover) }
        try await other.office.delivery.drain()
        return item
    }

    fileprivate func write(_ count: Int, in id: ID<Case>, to link: ID<Link>) async throws {
        try await work { desk in
            var story = Story(seed: count)
            var item = try desk.cases.take(id)
            for _ in 0..<count {
                _ = try desk.write(story.sentence(words: 20), to: Audience(customer: false, links: [link]), in: &item)
            }
            try desk.cases.save(item)
        }
    }
}
