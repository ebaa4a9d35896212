// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

@testable import Collaboration

@Suite("Time held by each company")
struct JourneyTests {
    static let start = Timestamp(milliseconds: 1_764_000_000_000)

    static func at(_ minutes: Int) -> Timestamp { start.adding(.seconds(minutes * 60)) }

    static func step(_ company: String, _ since: Int, _ until: Int? = nil) -> JourneyStep {
        JourneyStep(id: company, company: company, colour: 1, since: at(since), until: until.map(at))
    }

    static func minutes(_ stop: Journey.Stop) -> Int64 { stop.held / 60_000 }

    @Test("the time of a chain goes to the company that had the matter itself")
    func chain() {
        let journey = Journey(
            before: [Self.step("Spoke & Co", 0, 24)], own: Self.step("Velora", 24),
            branches: [[Self.step("Kraft Drives", 65)]])
        let stops = journey.stops(at: Self.at(188))
        #expect(stops.map { $0.step.company } == ["Spoke & Co", "Velora", "Kraft Drives"])
        #expect(stops.map(Self.minutes) == [24, 41, 123])
        #expect(stops.map(\.hasIt) == [false, false, true])
    }

    @Test("what comes back is ours again")
    func returned() {
        let journey = Journey(before: [], own: Self.step("Velora", 0), branches: [[Self.step("Kraft Drives", 10, 30)]])
        let stops = journey.stops(at: Self.at(40))
        #expect(stops.map(Self.minutes) == [20, 20])
        #expect(stops.map(\.hasIt) == [true, false])
    }

    @Test("two companies asked at once are waited for once")
    func parallel() {
        let journey = Journey(
            before: [], own: Self.step("Velora", 0),
            branches: [[Self.step("Kraft Drives", 10, 30)], [Self.step("Helder Power", 20, 40)]])
        let stops = journey.stops(at: Self.at(60))
        #expect(stops.map(Self.minutes) == [30, 20, 20])
    }

    @Test("time beyond the asked company is not its own")
    func beyond() {
        let journey = Journey(
            before: [], own: Self.step("Spoke & Co", 0),
            branches: [[Self.step("Velora", 10), Self.step("Kraft Drives", 20)]])
        let stops = journey.stops(at: Self.at(50))
        #expect(stops.map(Self.minutes) == [10, 10, 30])
        #expect(stops.map(\.hasIt) == [false, false, true])
    }

    @Test("a company whose asker has settled has the matter no more")
    func settled() {
        let step = Self.step("Kraft Drives", 20).ended(by: Self.at(30))
        let journey = Journey(before: [], own: Self.step("Spoke & Co", 0), branches: [[Self.step("Velora", 10, 30), step]])
        let stops = journey.stops(at: Self.at(50))
        #expect(stops.map(\.hasIt) == [true, false, false])
        #expect(stops.map(Self.minutes) == [30, 10, 10])
    }

    @Test("each company knows who asked it, also of two that were asked at once")
    func askers() {
        let journey = Journey(
            before: [Self.step("Spoke & Co", 0, 5)], own: Self.step("Velora", 5),
            branches: [[Self.step("Kraft Drives", 10), Self.step("Cell Maker", 12)], [Self.step("Helder Power", 20)]])
        #expect(journey.stops(at: Self.at(60)).map(\.askedBy) == [nil, "Spoke & Co", "Velora", "Kraft Drives", "Velora"])
    }

    @Test("a clock that runs backwards holds nothing")
    func backwards() {
        #expect(Self.step("Velora", 10).held(whileOthersHad: [], at: Self.at(5)) == 0)
    }
}
