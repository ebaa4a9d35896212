// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Privacy
import Storage

extension Bench {
    /// From the decision until nobody could find a byte of it in the database's files.
    func erasing() async throws -> [Figure] {
        let many = ManyMessages(folder: folder, count: messages, writers: max(runs, 1))
        let (company, writers) = try await many.open()
        var (decided, finished, waits) = ([Double](), [Double](), [Double]())
        for (number, writer) in writers.enumerated() {
            progress("erasing, \(number + 1) of \(writers.count)")
            let others = Task { try await longestWait(company) }
            let start = ContinuousClock.now
            let erasure = try await company.work { desk in
                let erasure = Erasure(cause: .staff, customer: writer, askedAt: desk.now)
                try desk.erasures.add(erasure, about: [])
                return try desk.erase(erasure.id).id
            }
            decided.append((ContinuousClock.now - start).seconds)
            try await FinishErasures.run(company.office.kernel, company.office.database)
            finished.append((ContinuousClock.now - start).seconds)
            others.cancel()
            waits.append(try await others.value)
            let isClean = try await company.work { try $0.erasures.find(erasure)?.cleanedAt != nil }
            guard isClean else { throw BenchError("the customer was not erased") }
        }
        let size = try FileManager.default.attributesOfItem(atPath: folder.appending(path: "run-messages.sqlite").path)[.size]
        await company.office.database.close()
        let megabytes = Double((size as? Int) ?? 0) / 1_048_576
        let limit = """
            the transaction \(Figure.text(decided.median)) s; another's write waits at most \(Figure.text(waits.median)) ms; \
            file \(Figure.text(megabytes)) MiB
            """
        return [
            Figure(
                "erasing a customer with \(ManyMessages.perCustomer) messages among \(messages), to the last byte", "s", finished,
                .none, limit: limit)
        ]
    }

    /// The longest time, in milliseconds, that a small write took until this is cancelled.
    private func longestWait(_ company: Company) async throws -> Double {
        var longest = 0.0
        while !Task.isCancelled {
            let start = ContinuousClock.now
            try await company.office.database.write { tx in
                try tx.run("INSERT INTO bench_rows (id, text) VALUES (\(ID<Case>()), 'a row')")
            }
            longest = max(longest, (ContinuousClock.now - start).milliseconds)
        }
        return longest
    }
}
