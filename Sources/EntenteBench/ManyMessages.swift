// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Office
import Storage

/// Velora with a million messages, fifty a case. Some customers wrote five hundred each, in cases of all times, so that
/// what is theirs lies everywhere. Loaded once, kept, and copied for each run.
struct ManyMessages {
    static let perCustomer = 500
    private static let perCase = 50
    private static let version = 1
    private static let port = 18_481

    let folder: URL
    let count: Int
    /// Who wrote so much.
    let writers: Int

    /// A database that this run may change, and the customers who wrote so much.
    func open() async throws -> (company: Company, writers: [ID<Customer>]) {
        let kept = folder.appending(path: "messages-\(Self.version)-\(count)-\(writers).sqlite")
        if try await !LoadedDatabase(cases: 0, folder: folder).isCurrent(kept) {
            try LoadedDatabase.remove(kept)
            try await load(.sqlite(path: kept.path))
        }
        let copy = folder.appending(path: "run-messages.sqlite")
        try LoadedDatabase.remove(copy)
        try FileManager.default.copyItem(at: kept, to: copy)
        let office = try await Office(.sqlite(path: copy.path), port: Self.port)
        guard let company = try await office.company("velora") else { throw BenchError("\(kept.path) is not loaded; remove it") }
        let writers: [ID<Customer>] = try await office.database.read { tx in
            try tx.all("SELECT id FROM customers WHERE enterprise = \(company.enterprise.id) AND place = 'Everywhere' ORDER BY name") {
                try $0.next()
            }
        }
        return (company, writers)
    }

    private func load(_ location: Location) async throws {
        let office = try await Office(location, port: Self.port)
        let clock = ContinuousClock.now
        progress("Loading \(count) messages …")
        let company = try await office.found("Velora", colour: 5)
        let cases = count / Self.perCase
        let each = Self.perCustomer / Self.perCase
        let writers = try await company.work { [writers] desk in
            try (0..<writers).map { number in
                let customer = Customer(name: "Writer\(number) Vanwriter\(number)", place: "Everywhere", createdAt: desk.now)
                try desk.customers.add(customer, reachedBy: [ContactPoint(channel: .email, value: "writer\(number)@example.org")])
                return customer
            }
        }
        let pause = max(1, cases / (writers.count * each))
        for first in stride(from: 0, to: cases, by: 40) {
            try await company.work { desk in
                for number in first..<min(first + 40, cases) {
                    let turn = number / pause
                    let isTheirs = number.isMultiple(of: pause) && turn < writers.count * each
                    try Self.open(number, isTheirs ? writers[turn % writers.count] : nil, desk)
                }
            }
        }
        try await LoadedDatabase(cases: 0, folder: folder).finish(office)
        progress("Loaded in \(Int((ContinuousClock.now - clock).seconds)) s.")
    }

    private static func open(_ number: Int, _ writer: Customer?, _ desk: Desk) throws {
        var story = Story(seed: number + 9_000_000)
        let customer = writer ?? Customer(name: story.name(), place: story.pick(Story.places), createdAt: desk.now)
        if writer == nil { try desk.customers.add(customer, reachedBy: [ContactPoint(channel: .email, value: "rider\(number)@example.org")]) }
        var draft = CaseDraft(
            kind: "enquiry", title: story.sentence(words: 6), body: story.sentence(words: 30),
            author: .init(.customer, name: customer.name), audience: Audience(customer: true))
        draft.customer = customer.id
        _ = try desk.open(draft) { item, _ in
            for _ in 1..<perCase {
                try desk.keep(
                    Message(
                        caseID: item.id, author: .init(.customer, name: customer.name),
                        body: story.sentence(words: 20 + story.number(below: 20)), audience: Audience(customer: true),
                        sentAt: desk.now),
                    in: &item)
            }
        }
    }
}
