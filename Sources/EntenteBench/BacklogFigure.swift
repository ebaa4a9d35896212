// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Storage
import Synchronization

extension Bench {
    /// A peer comes back to 100,000 events that waited for it, while people go on working with another.
    func backlog(of count: Int = 100_000) async throws -> [Figure] {
        let corridor = Corridor()
        let names = [("Velora", 5), ("Kraft", 7), ("Dekker", 4)]
        var companies: [Company] = []
        for (name, colour) in names {
            companies.append(try await newOffice("backlog-\(name.lowercased())", corridor).found(name, colour: colour))
        }
        let (velora, kraft, dekker) = (companies[0], companies[1], companies[2])
        let toKraft = try await velora.link(with: kraft, as: .supplier)
        let toDekker = try await velora.link(with: dekker, as: .partner)
        var cases: [ID<Case>] = []
        for number in 0..<40 { cases.append(try await velora.handOver(number, over: toKraft, to: kraft)) }
        let talk = try await Talk(
            item: velora.handOver(100, over: toDekker, to: dekker), link: toDekker, from: velora, to: dekker)
        var servers = [try await serve(dekker.office)]
        var sending = try await serve(velora.office)
        progress("a healthy link alone")
        _ = try await talk.times(20)
        let before = try await talk.times(400)
        try await sending.stop()
        progress("\(count) events wait")
        for item in cases { try await velora.write(count / cases.count, in: item, to: toKraft) }
        servers.append(try await serve(kraft.office))
        let start = Timestamp.now
        sending = try await serve(velora.office)
        servers.append(sending)
        let isDone = Mutex(false)
        async let times = talk.times(until: { isDone.withLock { $0 } })
        while try await velora.office.waiting(over: toKraft) > 0 { try await Task.sleep(for: .milliseconds(50)) }
        let end = Timestamp.now
        isDone.withLock { $0 = true }
        let during = try await times
        let (first, arrived) = try await kraft.office.arrived(since: start)
        guard arrived == count else { throw BenchError("\(arrived) events arrived") }
        for server in servers { try await server.stop() }
        for company in companies { await company.office.database.close() }
        return [
            Figure(
                "catching up with \(Figure.text(Double(count))) events that waited", "events/s",
                [Double(count) / (end - first).seconds], .atLeast(4000),
                limit: "people work over another link meanwhile: \(during.count) messages"),
            Figure(
                "a healthy link meanwhile, p99 of its p99 before", "×", [during.p99 / before.p99], .below(1.2),
                limit: "message to arrival: p99 \(Figure.text(during.p99)) ms, before \(Figure.text(before.p99)) ms; median \(Figure.text(during.median)) ms, before \(Figure.text(before.median)) ms"),
        ]
    }

    /// An event to each of many links, of which some lead to a peer that takes connections and never answers.
    func manyLinks(_ count: Int = 1_000, dead: Int = 10) async throws -> [Figure] {
        let corridor = Corridor()
        let velora = try await newOffice("links-velora", corridor).found("Velora", colour: 5)
        let (crowd, lost) = (try await newOffice("links-crowd", corridor), try await newOffice("links-lost", corridor))
        progress("\(count) links")
        var links: [ID<Link>] = []
        for number in 0..<count {
            let peer = try await (number < dead ? lost : crowd).found("Peer\(number)", colour: 1 + number % 12)
            links.append(try await velora.link(with: peer, as: .partner))
        }
        let hole = try await SilentServer(port: lost.port)
        let answering = try await serve(crowd)
        let lifeless = Array(links.prefix(dead))
        var numbers = 0
        func round(_ links: ArraySlice<ID<Link>>) async throws -> Double {
            let (waiting, first) = (Array(links), numbers)
            numbers += waiting.count
            try await velora.work { desk in
                for (number, link) in waiting.enumerated() { _ = try desk.offer(first + number, over: link) }
                try desk.tx.run("UPDATE destinations SET failures = 0, next_attempt = 0")
            }
            let start = Timestamp.now
            let sending = try await serve(velora.office)
            while try await velora.office.unsettled(except: lifeless) > 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            let end = Timestamp.now
            try await sending.stop()
            let (begin, _) = try await crowd.arrived(since: start)
            return (end - begin).seconds
        }
        let alone = try await repeated("links that all answer") { try await round(links[dead...]) }
        let times = try await repeated("links of which \(dead) are dead") { try await round(links[...]) }
        try await hole.close()
        try await answering.stop()
        for office in [velora.office, crowd, lost] { await office.database.close() }
        return [
            Figure(
                "an event to each of \(Figure.text(Double(count))) links, \(dead) of them dead: until the last live one has it", "s",
                times, .none,
                limit: "the \(count - dead) live ones alone \(Figure.text(alone.median)) s"),
            Figure(
                "the same, of the time without the dead", "×", [times.median / alone.median], .below(1.2),
                limit: "the dead take connections and never answer"),
        ]
    }
}

/// Messages from one company to another, each timed from the answer to who wrote it until the other company has it.
private struct Talk: Sendable {
    let item: ID<Case>
    let link: ID<Link>
    let from: Company
    let to: Company
    let robot: Robot
    let path: String

    init(item: ID<Case>, link: ID<Link>, from: Company, to: Company) async throws {
        (self.item, self.link, self.from, self.to) = (item, link, from, to)
        robot = Robot(root: "\(from.office.origin)/\(from.enterprise.slug)", bearer: try await from.credentials().bearer)
        let enterprise = from.enterprise
        let number: Int? = try await from.office.database.read { tx in
            try tx.first("SELECT number FROM cases WHERE enterprise = \(enterprise.id) AND id = \(item)") { try $0.next() }
        }
        path = "/cases/\(enterprise.reference(number ?? 0))/messages"
    }

    func times(_ count: Int) async throws -> [Double] {
        var times: [Double] = []
        for _ in 0..<count { times.append(try await time()) }
        return times
    }

    func times(until isDone: @Sendable () -> Bool) async throws -> [Double] {
        var times: [Double] = []
        while !isDone() { times.append(try await time()) }
        return times
    }

    private struct Written: Decodable { let id: String }

    /// Milliseconds.
    private func time() async throws -> Double {
        let before = try await received()
        let start = ContinuousClock.now
        _ = try await robot.post(path, ["text": "When does it come?", "to": "\(link)"], as: Written.self)
        while try await received() == before { try await Task.sleep(for: .milliseconds(1)) }
        let time = (ContinuousClock.now - start).milliseconds
        // A person's pace, so that both measurements ask as often.
        try await Task.sleep(for: .milliseconds(20))
        return time
    }

    private func received() async throws -> Int {
        try await to.office.database.read { tx in
            try tx.first("SELECT COUNT(*) FROM inbox") { try $0.next() }
        } ?? 0
    }
}

extension Office {
    /// Conversations with events that no receipt has come for, leaving out some links.
    fileprivate func unsettled(except links: [ID<Link>]) async throws -> Int {
        try await database.read { tx in
            try tx.first(
                """
                SELECT COUNT(*) FROM conversations
                WHERE settled_out < last_out AND link NOT IN (\(links.isEmpty ? "SELECT id FROM links WHERE 1 = 0" : SQL.list(links)))
                """
            ) { try $0.next() }
        } ?? 0
    }
}
