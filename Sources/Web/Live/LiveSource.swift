// SPDX-License-Identifier: Apache-2.0
import Storage

/// Tells where the topics of one sort stand. Several may tell of one sort: a topic has changed when it has for any of them.
package struct LiveSource: Sendable {
    /// A number for each topic that is another after each change; none for a topic of which nothing is known. Each of the
    /// topics is of the source's sort. Runs in a read transaction, with 16,384 topics at most.
    package typealias Revisions = @Sendable ([Live.Topic], Transaction) throws -> [Live.Topic: Int64]

    let sort: String
    let revisions: Revisions

    package init(_ sort: String, _ revisions: @escaping Revisions) {
        self.sort = sort
        self.revisions = revisions
    }
}

extension [LiveSource] {
    /// PostgreSQL takes 65,535 values in a statement.
    private static var atOnce: Int { 16_384 }

    package func revisions(of topics: [Live.Topic], _ tx: Transaction) throws -> [Live.Topic: Int64] {
        var all: [Live.Topic: Int64] = [:]
        for (sort, topics) in Dictionary(grouping: topics, by: \.sort) {
            for start in stride(from: 0, to: topics.count, by: Self.atOnce) {
                let some = [Live.Topic](topics[start..<Swift.min(start + Self.atOnce, topics.count)])
                for source in self where source.sort == sort {
                    try all.merge(source.revisions(some, tx)) { all, one in
                        var digest = Live.Digest(all)
                        digest.add(UInt64(bitPattern: one))
                        return digest.value
                    }
                }
            }
        }
        return all
    }
}

extension Live {
    /// FNV-1a, the same in every process.
    package struct Digest {
        private var state: UInt64
        package var value: Int64 { Int64(state >> 1) }

        /// - Parameter value: of the digest that this one goes on from.
        package init(_ value: Int64? = nil) { state = value.map { UInt64(bitPattern: $0) << 1 } ?? 0xCBF2_9CE4_8422_2325 }

        package mutating func add(_ number: UInt64) { state = (state ^ number) &* 0x100_0000_01B3 }
    }
}
