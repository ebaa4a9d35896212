// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Foundation
import Networking
import Office
import Storage
import Web

/// Velora after some years: every case with its customer, messages, words to be found and events, all written by the
/// stores of the product. Loaded once, kept, and copied for each run.
struct LoadedDatabase {
    /// In its links' addresses, so that it must not change.
    static let port = 18_480
    static let showcases = 200
    /// Changes when what is loaded does, so that an older one is not taken for it.
    private static let version = 2
    private static let batch = 1_000

    let cases: Int
    let folder: URL

    /// A database that this run may change, with Velora in it.
    func open(_ server: Location?) async throws -> (location: Location, company: Company) {
        if let server { return (server, try await fill(server)) }
        let kept = folder.appending(path: "loaded-\(Self.version)-\(cases).sqlite")
        if try await !isCurrent(kept) {
            try Self.remove(kept)
            let filled = try await fill(.sqlite(path: kept.path))
            await filled.office.database.close()
        }
        let copy = folder.appending(path: "run.sqlite")
        try Self.remove(copy)
        try FileManager.default.copyItem(at: kept, to: copy)
        let location = Location.sqlite(path: copy.path)
        guard let company = try await Office(location, port: Self.port).company("velora") else {
            throw BenchError("\(kept.path) is no loaded database; remove it")
        }
        return (location, company)
    }

    /// Removes a database with its log.
    static func remove(_ url: URL) throws {
        for end in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: url.path + end) {
            try FileManager.default.removeItem(atPath: url.path + end)
        }
    }

    /// Whether it was loaded to the end, and has the tables that a new one would have.
    func isCurrent(_ url: URL) async throws -> Bool {
        guard FileManager.default.fileExists(atPath: url.path) else { return false }
        func tables(_ location: Location) async throws -> [String] {
            let database = try await Database.open(location)
            let found = try await database.read { tx in
                try tx.all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name") { try $0.next() as String }
            }
            await database.close()
            return found
        }
        let fresh = folder.appending(path: "fresh.sqlite")
        try Self.remove(fresh)
        let office = try await Office(.sqlite(path: fresh.path), port: Self.port)
        try await finish(office)
        return try await tables(.sqlite(path: url.path)) == tables(.sqlite(path: fresh.path))
    }

    private func fill(_ location: Location) async throws -> Company {
        let office = try await Office(location, port: Self.port)
        if let company = try await office.company("velora"), try await isLoaded(office) { return company }
        let clock = ContinuousClock.now
        progress("Loading \(cases) cases …")
        let company = try await office.found("Velora", colour: 5)
        try await hire(company)
        let links = [
            try await company.link(with: office.found("Kraft", colour: 7), as: .supplier),
            try await company.link(with: office.found("Spoke", colour: 9), as: .partner),
        ]
        let span = 400 * 86_400
        // The last day belongs to the showcases.
        let start = Timestamp.now - (span + 86_400)
        for first in stride(from: 0, to: cases, by: Self.batch) {
            let numbers = first..<min(first + Self.batch, cases)
            try await office.database.write { tx in
                for number in numbers { try Self.open(number, company, tx, at: start + span / cases * number) }
            }
        }
        for number in 0..<Self.showcases { try await show(number, company, links[0]) }
        try await office.delivery.drain()
        try await finish(office)
        progress("Loaded in \(Int((ContinuousClock.now - clock).seconds)) s.")
        let reopened = try await Office(location, port: Self.port)
        guard let loaded = try await reopened.company("velora") else { throw BenchError("the database was not loaded") }
        return loaded
    }

    /// The mark that loading came to its end.
    func finish(_ office: Office) async throws {
        try await office.database.write { tx in try tx.run("CREATE TABLE bench_loaded (cases BIGINT)") }
        try await office.database.write { tx in try tx.run("CREATE TABLE bench_rows (id UUID PRIMARY KEY, text TEXT NOT NULL)") }
        if office.database.engine == .postgres {
            try await office.database.write { tx in try tx.run("ANALYZE") }
        }
        await office.database.close()
    }

    private func isLoaded(_ office: Office) async throws -> Bool {
        do {
            _ = try await office.database.read { tx in try tx.first("SELECT COUNT(*) FROM bench_loaded") { try $0.next() as Int } }
            return true
        } catch StorageError.invalidSQL {
            return false
        }
    }

    private func hire(_ company: Company) async throws {
        try await company.work { desk in
            var story = Story(seed: 3)
            for number in 0..<11 {
                let name = story.name()
                try desk.members.add(
                    Member(email: "member\(number)@velora.example", name: name, role: .service), password: nil)
            }
            for name in ["Service", "Sales", "Workshop"] { try desk.teams.add(Team(name: name)) }
        }
    }

    /// A customer and their case: what they asked, what was answered, and, as a rule, that it is closed.
    private static func open(_ number: Int, _ company: Company, _ tx: Transaction, at: Timestamp) throws {
        var story = Story(seed: number + 1000)
        let desk = company.desk(tx, at: at)
        let customer = Customer(name: story.name(), place: story.pick(Story.places), createdAt: at)
        try desk.customers.add(
            customer,
            reachedBy: [
                ContactPoint(channel: .email, value: "rider\(number)@example.org", isPreferred: true),
                ContactPoint(channel: .mobile, value: "+3247\(1_000_000 + number)"),
            ])
        _ = try desk.open(draft(of: customer, number, &story)) { item, _ in
            try desk.assign(&item, to: company.member.id)
            if number.isMultiple(of: 3) {
                try desk.cases.replaceTags(of: item.id, with: ["season \(number % 12)", "batch \(number % 40)"])
            }
            for answer in 0..<(1 + story.number(below: 3)) {
                let later = company.desk(tx, at: at + 3600 * (answer + 1))
                let audience = answer == 0 ? Audience.onlyUs : Audience(customer: true)
                _ = try later.write(story.sentence(words: 20 + story.number(below: 20)), to: audience, in: &item)
            }
            if story.number(below: 10) < 7 { try company.desk(tx, at: at + 6 * 3600).move(&item, to: "closed") }
        }
    }

    private static func draft(of customer: Customer, _ number: Int, _ story: inout Story) -> CaseDraft {
        var draft = CaseDraft(
            kind: "enquiry", title: story.sentence(words: 6), body: story.sentence(words: 20 + story.number(below: 30)),
            author: .init(.customer, name: customer.name), audience: Audience(customer: true))
        draft.customer = customer.id
        draft.product = story.pick(Story.products)
        draft.serial = "VL-\(100_000 + number)"
        return draft
    }

    /// An open case with more entries than a page shows, the last of them a handover that came back with its answer.
    private func show(_ number: Int, _ company: Company, _ link: ID<Link>) async throws {
        let handover = try await company.work { desk in
            var story = Story(seed: number + 7_000_000)
            let customer = Customer(name: story.name(), place: story.pick(Story.places), createdAt: desk.now)
            try desk.customers.add(
                customer, reachedBy: [ContactPoint(channel: .email, value: "show\(number)@example.org", isPreferred: true)])
            var draft = Self.draft(of: customer, 900_000 + number, &story)
            draft.title = "Showcase: " + draft.title
            var handover: ID<Handover>?
            _ = try desk.open(draft) { item, _ in
                for _ in 0..<52 {
                    let audience = story.number(below: 3) == 0 ? Audience(customer: true) : .onlyUs
                    _ = try desk.write(story.sentence(words: 30), to: audience, in: &item)
                }
                handover = try desk.offer(
                    &item, over: link, Ask(form: .text, text: story.sentence(words: 10)), acceptBy: desk.now + 3600,
                    answerBy: desk.now + 7200
                ).id
            }
            return handover
        }
        try await company.office.delivery.drain()
        guard let kraft = try await company.office.company("kraft") else { return }
        try await kraft.work { desk in
            guard let handover else { return }
            _ = try desk.accept(handover)
            _ = try desk.answer(handover, Answer(text: "Yes, up to 95 % of its capacity."))
        }
        try await company.office.delivery.drain()
    }
}
