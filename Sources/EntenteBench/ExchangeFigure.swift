// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage

extension Bench {
    /// Messages that wait at one node, and the time from the first that arrives at another until the last is settled.
    func exchange() async throws -> [Figure] {
        let pair = try await LinkedPair(self, "exchange")
        let rows = try await repeated("rows, a hundred a transaction") {
            try await BareStatements(pair.sender).inserts(tasks: 8, rows: 100)
        }
        let greeting = try await helloRate()
        let answering = try await pair.serveReceiver(of: self)
        let rates = try await repeated("exchange") { try await pair.deliver(500, of: self) }
        try await answering.stop()
        await pair.close()
        return [
            Figure(
                "exchange over one link", "events/s", rates, .none,
                limit: "durable rows, a hundred a transaction, in one process \(Figure.text(rows.median))/s"
            ).of(greeting, "hello", atLeast: 0.6)
        ]
    }

    private func helloRate() async throws -> Double {
        let port = try ServerProcess.freePort()
        let hello = try await ServerProcess(
            itself, ["hello", "--database", "sqlite::memory:", "--port", "\(port)"], port: port, path: "/hello",
            log: folder.appending(path: "hello-exchange.log"))
        let load = HTTPLoad(paths: ["/hello/asked"])
        _ = try await load.run(hello, seconds: 1, in: folder)
        let rates = try await repeated("hello") { try await load.run(hello, seconds: seconds, in: folder).rate }
        try await hello.stop()
        return rates.median
    }

    /// The same over a way of 280 ms there and back.
    func distance() async throws -> [Figure] {
        let pair = try await LinkedPair(self, "distant")
        let port = try ServerProcess.freePort()
        let answering = try await pair.serveReceiver(of: self, listeningAt: port)
        let way = try await DelayingProxy(port: pair.receiver.office.port, to: port, oneWay: .milliseconds(140))
        let rates = try await repeated("a distant peer") { try await pair.deliver(200, of: self) }
        try await way.close()
        try await answering.stop()
        await pair.close()
        let most = Double(Batch.maxEvents * ExchangeLimits.standard.batchesInFlight) / 0.28
        return [
            Figure(
                "exchange over one link with a round trip of 280 ms", "events/s", rates, .atLeast(1000),
                limit: "window × batch ÷ round trip \(Figure.text(most))/s")
        ]
    }

    /// An empty node.
    func newOffice(_ name: String, _ corridor: Corridor) async throws -> Office {
        let office = try await Office(emptyDatabase(name), port: ServerProcess.freePort(), corridor)
        try await office.database.write { tx in
            try tx.run("CREATE TABLE bench_rows (id UUID PRIMARY KEY, text TEXT NOT NULL)")
        }
        return office
    }
}

extension Bench {
    /// A database of its own; beside the one on PostgreSQL that was named, where one was.
    private func emptyDatabase(_ name: String) async throws -> Location {
        guard case .postgres(let url)? = server, var parts = URLComponents(string: url) else {
            let file = folder.appending(path: "\(name).sqlite")
            try LoadedDatabase.remove(file)
            return .sqlite(path: file.path)
        }
        let database = "bench-\(name)"
        for command in ["DROP DATABASE IF EXISTS \"\(database)\"", "CREATE DATABASE \"\(database)\""] {
            _ = try await Program.run("psql", [url, "-q", "-c", command])
        }
        parts.path = "/\(database)"
        guard let location = parts.string else { throw BenchError("\(url) is no address of a database") }
        return .postgres(url: location)
    }
}

/// Two nodes, a link, and cases of the first that the second has accepted.
struct LinkedPair: Sendable {
    let sender: Company
    let receiver: Company
    let link: ID<Link>
    let cases: [ID<Case>]

    init(_ bench: Bench, _ name: String, cases count: Int = 40) async throws {
        let corridor = Corridor()
        let (velora, kraft) = (
            try await bench.newOffice("\(name)-velora", corridor), try await bench.newOffice("\(name)-kraft", corridor)
        )
        (sender, receiver) = (try await velora.found("Velora", colour: 5), try await kraft.found("Kraft", colour: 7))
        link = try await sender.link(with: receiver, as: .supplier)
        var cases: [ID<Case>] = []
        for number in 0..<count { cases.append(try await sender.handOver(number, over: link, to: receiver)) }
        self.cases = cases
    }

    func serveReceiver(of bench: Bench, listeningAt port: Int? = nil) async throws -> ServerProcess {
        try await bench.serve(receiver.office, listeningAt: port)
    }

    func queue(_ messages: Int) async throws {
        for item in cases { try await sender.write(messages, in: item, to: link) }
    }

    /// Queues so many messages a case while nothing sends, and lets them go.
    /// - Returns: events a second, from the first that arrives until the sender holds the last receipt.
    func deliver(_ messages: Int, of bench: Bench) async throws -> Double {
        try await queue(messages)
        let start = Timestamp.now
        let sending = try await bench.serve(sender.office)
        while try await sender.office.waiting() > 0 { try await Task.sleep(for: .milliseconds(20)) }
        let end = Timestamp.now
        try await sending.stop()
        let (first, count) = try await receiver.office.arrived(since: start)
        guard count == cases.count * messages else { throw BenchError("\(count) events arrived") }
        return Double(count) / (end - first).seconds
    }

    func close() async {
        for office in [sender.office, receiver.office] { await office.database.close() }
    }
}

extension Office {
    /// The port of its origin.
    var port: Int { origin.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Conversations of which the peers have not settled all events; of those over one link, if it is named.
    func waiting(over link: ID<Link>? = nil) async throws -> Int {
        try await database.read { tx in
            let scope: SQL = link.map { "AND link = \($0)" } ?? ""
            return try tx.first("SELECT COUNT(*) FROM conversations WHERE settled_out < last_out \(scope)") { try $0.next() }
        } ?? 0
    }

    func arrived(since start: Timestamp) async throws -> (first: Timestamp, count: Int) {
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
    func handOver(_ number: Int, over link: ID<Link>, to other: Company) async throws -> ID<Case> {
        let (item, handover) = try await work { desk in try desk.offer(number, over: link) }
        try await office.delivery.drain()
        try await other.work { desk in _ = try desk.accept(handover) }
        try await other.office.delivery.drain()
        return item
    }

    func write(_ count: Int, in id: ID<Case>, to link: ID<Link>) async throws {
        try await work { desk in
            var story = Story(seed: count)
            try desk.change(id) { item in
                for _ in 0..<count {
                    _ = try desk.write(story.sentence(words: 20), to: Audience(customer: false, links: [link]), in: &item)
                }
            }
        }
    }
}

extension Desk {
    /// Opens a case and offers it.
    func offer(_ number: Int, over link: ID<Link>) throws -> (ID<Case>, ID<Handover>) {
        var story = Story(seed: number)
        let customer = Customer(name: story.name(), createdAt: now)
        try customers.add(customer, reachedBy: [])
        var draft = CaseDraft(
            kind: "enquiry", title: story.sentence(words: 6), body: story.sentence(words: 20),
            author: .init(.customer, name: customer.name), audience: Audience(customer: true))
        draft.customer = customer.id
        var handover = ID<Handover>()
        let item = try open(draft) { item, _ in
            handover = try offer(
                &item, over: link, Ask(form: .text, text: story.sentence(words: 6)), acceptBy: nil, answerBy: nil
            ).id
        }.case
        return (item.id, handover)
    }
}
