// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage
import StorageTesting
import Testing
import Web

@testable import Office

@Suite("The doors of features")
struct DoorTests {
    private enum First: Feature {
        static let sections: [any PagePart] = [part("weather"), part("tides")]
    }

    private enum Second: Feature {
        static let sections: [any PagePart] = [part("weather")]
    }

    private static func part(_ name: String) -> PageSection<TodayPage> {
        PageSection<TodayPage>(name, in: .main, template: "part-\(name)") { _, _ -> Bool? in true } model: { _, _, _, _ in [] }
    }

    @Test("a part of a page has a name of its own, and a template")
    func parts() throws {
        let templates = ["part-weather", "part-tides"]
        try [First.self].check(templates: templates)
        #expect(throws: FeatureError.self) { try [First.self].check(templates: ["part-weather"]) }
        let both: [any Feature.Type] = [First.self, Second.self]
        let error = try #require(throws: FeatureError.self) { try both.check(templates: templates) }
        #expect(error.description.contains("TodayPage.weather"))
    }

    private func waiting(_ number: String, due: Int? = nil, changed: Int) -> Waiting {
        Waiting(
            "new", "New", number: number, title: number, href: "/\(number)", who: "Noor", colour: 1,
            due: due.map { Timestamp(milliseconds: Int64($0)) }, updatedAt: Timestamp(milliseconds: Int64(changed)))
    }

    @Test("what waits stands by when it is due, then the newest, whatever brings it, and all of it is counted", arguments: Engine.allCases)
    func today(engine: Engine) async throws {
        let database = try await TestDatabase.make(engine, migrations: Chronicle.features.migrations)
        let cases = [waiting("late", due: 10, changed: 1), waiting("old", changed: 2), waiting("new", changed: 9)]
        let wishes = [waiting("later", due: 20, changed: 8), waiting("between", changed: 5)]
        var kernel = Kernel(Chronicle.features, host: "velora.example") { _ in }
        kernel.waitingSources = [
            WaitingSource(for: .membersRead) { _, _, limit in Array(cases.prefix(limit)) } counting: { _, _ in "SELECT 3" },
            WaitingSource(for: .membersRead) { _, _, limit in Array(wishes.prefix(limit)) } counting: { _, _ in "SELECT 2" },
            WaitingSource(for: .membersManage) { _, _, _ in [] } counting: { _, _ in "SELECT 100" },
        ]
        let enterprise = Enterprise(slug: "velora", name: "Velora", colour: 3, place: "Ghent", prefix: "V")
        let viewer = StaffCaller(
            enterprise: enterprise, member: Member(email: "tom@velora.example", name: "Tom", role: .reader), program: nil,
            makerRole: .reader, session: nil, token: nil)
        let (numbers, few, count) = try await database.read { [kernel] tx in
            let desk = Desk(enterprise, .system("test"), kernel, tx, now: tx.startedAt)
            return (
                try desk.waiting(for: viewer).map(\.number), try desk.waiting(for: viewer, limit: 1).map(\.number),
                try tx.first(desk.countingWaiting(for: viewer)) { try $0.next() as Int }
            )
        }
        #expect(numbers == ["late", "later", "new", "between", "old"])
        #expect(few == ["late", "later"])
        #expect(count == 5)
    }

    @Test("what is told later is told once, however often that is asked for")
    func delayed() async throws {
        let signal = LogSignal(hearsCommits: false)
        let enterprise = ID<Enterprise>()
        var received = signal.received.makeAsyncIterator()
        for _ in 0..<50 { signal.send(enterprise, after: .milliseconds(20)) }
        await received.next()
        #expect(signal.take().enterprises == [enterprise])
        // Were there more of the first, one of them would come before this.
        let start = ContinuousClock.now
        signal.send(enterprise, after: .milliseconds(40))
        await received.next()
        #expect(ContinuousClock.now - start >= .milliseconds(40))
        #expect(signal.take().enterprises == [enterprise])
    }
}
