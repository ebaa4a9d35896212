// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Storage
import StorageTesting
import Testing

@testable import Collaboration

private struct GivenBack: Error {}

@Suite("The numbers of cases")
struct CaseNumberTests {
    private func numbers(of company: Company) async throws -> [Int] {
        try await company.database.read { tx in try tx.all("SELECT number FROM cases ORDER BY number") { try $0.next() } }
    }

    @Test("follow each other where one case is opened after another", arguments: Engine.allCases)
    func inTurn(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        for _ in 0..<20 { _ = try await company.ask("Is it certified?") }
        #expect(try await numbers(of: company) == Array(1001...1020))
    }

    @Test("are different where many are opened at once, by two processes", arguments: Engine.allCases)
    func atOnce(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let (first, second) = (CaseNumbers(), CaseNumbers())
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<200 {
                let numbers = task.isMultiple(of: 3) ? first : second
                group.addTask { try await company.work { try numbers.next($0) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(taken).count == 200)
        // Of what each process takes in advance one lot may be left.
        #expect(taken.allSatisfy { (1001...1000 + 200 + 2 * 64).contains($0) })
    }

    @Test("that a transaction gave back are nobody's twice", arguments: Engine.allCases)
    func givenBack(engine: Engine) async throws {
        let company = try await Company("Spoke", engine, TestNetwork())
        let numbers = CaseNumbers()
        var taken: [Int] = []
        for round in 0..<40 {
            let number = try? await company.work { desk in
                let number = try numbers.next(desk)
                if round.isMultiple(of: 3) { throw GivenBack() }
                return number
            }
            if let number { taken.append(number) }
        }
        #expect(Set(taken).count == taken.count)
        #expect(taken.count == 26)
    }
}
