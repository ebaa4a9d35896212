// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Synchronization
import Web

/// Gives cases their numbers.
///
/// Whoever takes one from the database has others wait until they have committed. Where that happens all the time, and
/// several write at once, as PostgreSQL lets them, a process takes some in advance; what it has not used is lost when it ends.
package final class CaseNumbers: Sendable {
    private struct Stock {
        var ranges: [Range<Int>] = []
        var size = 1
        var takenAt: Timestamp?
        /// When some were asked for that have not come.
        var askedAt: Timestamp?
    }

    private let stocks = Mutex<[ID<Enterprise>: Stock]>([:])

    /// At the most so many at once.
    private static let most = 64
    /// Seconds: what lasts for less is too little.
    private static let lasts = 1
    /// Seconds after which those that were asked for do not come any more: their transaction was undone.
    private static let patience = 10

    package init() {}

    func next(_ desk: Desk) throws -> Int {
        if let number = stocked(desk.scope) { return number }
        let size = desk.tx.engine == .sqlite ? 1 : size(desk.scope, at: desk.tx.startedAt)
        let last: Int? = try desk.tx.first(
            """
            INSERT INTO counters (enterprise, name, last) VALUES (\(desk.scope), 'case', \(1000 + size))
            ON CONFLICT (enterprise, name) DO UPDATE SET last = counters.last + \(size) RETURNING last
            """
        ) { try $0.next() }
        guard let last else { throw StorageError.unexpectedValue(expected: "a case number", found: "nothing") }
        if size > 1 {
            desk.tx.afterCommit { [self, scope = desk.scope] in
                stocks.withLock { stocks in
                    stocks[scope, default: Stock()].ranges.append(last - size + 2..<last + 1)
                    stocks[scope]?.askedAt = nil
                }
            }
        }
        return last - size + 1
    }

    private func stocked(_ scope: ID<Enterprise>) -> Int? {
        stocks.withLock { stocks in
            guard let range = stocks[scope]?.ranges.first else { return nil }
            if range.count == 1 {
                stocks[scope]?.ranges.removeFirst()
            } else {
                stocks[scope]?.ranges[0] = range.lowerBound + 1..<range.upperBound
            }
            return range.lowerBound
        }
    }

    private func size(_ scope: ID<Enterprise>, at now: Timestamp) -> Int {
        stocks.withLock { stocks in
            var stock = stocks[scope] ?? Stock()
            // One at a time asks for many, so that no more are lost than one asks for.
            if let asked = stock.askedAt, now < asked + Self.patience { return 1 }
            let isBusy = stock.takenAt.map { now < $0 + Self.lasts } ?? false
            stock.size = isBusy ? min(stock.size * 2, Self.most) : 1
            stock.takenAt = now
            stock.askedAt = stock.size > 1 ? now : nil
            stocks[scope] = stock
            return stock.size
        }
    }
}

private enum CaseNumbersKey: ServiceKey { static let defaultValue = CaseNumbers() }

extension Kernel {
    /// Each node's own.
    package var caseNumbers: CaseNumbers {
        get { self[CaseNumbersKey.self] }
        set { self[CaseNumbersKey.self] = newValue }
    }
}
