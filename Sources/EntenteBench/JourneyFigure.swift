// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Collaboration
import Foundation
import NIOCore
import Networking
import Storage
import Web

extension Bench {
    /// Three nodes, a process each. Robots at their desks do what staff would, as soon as they see it.
    func journey(of count: Int = 200) async throws -> [Figure] {
        let corridor = Corridor()
        let names = [("Spoke", 9), ("Velora", 5), ("Kraft", 7)]
        var companies: [Company] = []
        for (name, colour) in names {
            companies.append(try await newOffice("journey-\(name.lowercased())", corridor).found(name, colour: colour))
        }
        let (toVelora, toKraft) = (
            try await companies[0].link(with: companies[1], as: .supplier),
            try await companies[1].link(with: companies[2], as: .supplier)
        )
        var (servers, robots): ([ServerProcess], [Robot]) = ([], [])
        for company in companies {
            let bearer = try await company.credentials().bearer
            await company.office.database.close()
            servers.append(try await serve(company.office.database.location.argument, port: company.office.port))
            robots.append(Robot(root: "\(company.office.origin)/\(company.enterprise.slug)", bearer: bearer))
        }
        let walk = Walk(spoke: robots[0], velora: robots[1], kraft: robots[2], toVelora: toVelora, toKraft: toKraft)
        for number in 0..<20 { _ = try await walk.go("warm-up \(number)") }
        var medians: [Double] = []
        let p99s = try await repeated("ask → third company → answer") {
            var times: [Double] = []
            for number in 0..<count { times.append(try await walk.go("question \(number)").milliseconds) }
            medians.append(times.median)
            return times.p99
        }
        var calls: [Double] = []
        for _ in 0..<200 { calls.append(try await walk.call().milliseconds) }
        for server in servers { try await server.stop() }
        let six = 6 * calls.median
        return [
            Figure("ask → third company → answer back at the first, median", "ms", medians, .none)
                .times(six, "six changes alone", atMost: 3),
            Figure(
                "the same, p99", "ms", p99s, .none,
                limit: "it takes 6 changes by robots, of which one alone takes \(Figure.text(calls.median)) ms, and 6 deliveries"
            ).times(six, "six changes alone", atMost: 4.5),
        ]
    }
}

/// The way of one question.
private struct Walk: Sendable {
    let spoke: Robot
    let velora: Robot
    let kraft: Robot
    let toVelora: ID<Link>
    let toKraft: ID<Link>

    func go(_ title: String) async throws -> Duration {
        let number = try await open(title)
        let start = ContinuousClock.now
        let first = try await spoke.post(
            "/cases/\(number)/handovers", ["link": "\(toVelora)", "form": "text", "text": "Is it certified?"], as: Handed.self)
        let atVelora = try await velora.arrival(of: title)
        _ = try await velora.post("/cases/\(atVelora)/handovers/\(first.id)/acceptance", [:], as: Handed.self)
        let second = try await velora.post(
            "/cases/\(atVelora)/handovers", ["link": "\(toKraft)", "form": "text", "text": "Is it certified?"], as: Handed.self)
        let atKraft = try await kraft.arrival(of: title)
        _ = try await kraft.post("/cases/\(atKraft)/handovers/\(second.id)/acceptance", [:], as: Handed.self)
        _ = try await kraft.post(
            "/cases/\(atKraft)/handovers/\(second.id)/answer", ["text": "Yes, by TÜV."], as: Handed.self)
        try await velora.answer(to: second.id, at: atVelora)
        _ = try await velora.post(
            "/cases/\(atVelora)/handovers/\(first.id)/answer", ["source": second.id, "wording": "asIs"], as: Handed.self)
        try await spoke.answer(to: first.id, at: number)
        return ContinuousClock.now - start
    }

    /// One change by a robot, without any delivery.
    func call() async throws -> Duration {
        let start = ContinuousClock.now
        _ = try await open("alone")
        return ContinuousClock.now - start
    }

    private func open(_ title: String) async throws -> String {
        let fields = ["kind": "enquiry", "subject": title, "text": "Is my battery certified?", "name": "Lotte Peeters"]
        return try await spoke.post("/cases", fields, as: Line.self).number
    }
}

private struct Handed: Decodable {
    let id: String
    let state: String
}

private struct Line: Decodable {
    let number: String
    let title: String
}

/// A member of staff who looks every other millisecond.
struct Robot: Sendable {
    let root: String
    let bearer: String

    /// The number of the case that has come.
    func arrival(of title: String) async throws -> String {
        struct Cases: Decodable { let cases: [Line] }
        return try await look {
            try await get("/cases", as: Cases.self).cases.first.flatMap { $0.title == title ? $0.number : nil }
        }
    }

    func answer(to handover: String, at number: String) async throws {
        struct Item: Decodable { let handovers: [Handed] }
        try await look {
            try await get("/cases/\(number)", as: Item.self).handovers.contains { $0.id == handover && $0.state == "answered" }
                ? () : nil
        }
    }

    private func look<T>(_ body: () async throws -> T?) async throws -> T {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if let found = try await body() { return found }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw BenchError("what was awaited at \(root) did not come")
    }

    func get<T: Decodable>(_ path: String, as type: T.Type) async throws -> T {
        try await send(HTTPClientRequest(url: root + path), type)
    }

    func post<T: Decodable>(_ path: String, _ fields: [String: String], as type: T.Type) async throws -> T {
        var request = HTTPClientRequest(url: root + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(fields)))
        return try await send(request, type)
    }

    private func send<T: Decodable>(_ request: HTTPClientRequest, _ type: T.Type) async throws -> T {
        var request = request
        request.headers.add(name: "Authorization", value: "Bearer \(bearer)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 4 << 20)
        guard response.status.code < 300 else {
            throw BenchError("\(request.url) answered \(response.status.code): \(String(buffer: body))")
        }
        return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }
}
