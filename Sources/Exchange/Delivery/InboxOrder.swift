// SPDX-License-Identifier: Apache-2.0

/// What to do with an event that has come in: pure, from what the inbox already holds.
package enum InboxOrder: Hashable, Sendable {
    case apply
    /// It was here before: answer with what became of it then.
    case duplicate(Receipt.Outcome)
    /// Earlier events are missing.
    case gap(expected: Int64)
    /// The same id or place with other content: an alarm.
    case idReuse

    /// An event that is already in the inbox.
    package struct Stored: Hashable, Sendable {
        package let hash: [UInt8]
        package let convseq: Int64
        package let outcome: Receipt.Outcome

        package init(hash: [UInt8], convseq: Int64, outcome: Receipt.Outcome) {
            self.hash = hash
            self.convseq = convseq
            self.outcome = outcome
        }
    }

    /// - Parameters:
    ///   - lastApplied: the highest `convseq` taken in this conversation and direction; 0 when there is none.
    ///   - stored: the event in the inbox with the same id, if there is one.
    package static func decide(convseq: Int64, hash: [UInt8], lastApplied: Int64, stored: Stored?) -> InboxOrder {
        if let stored {
            return stored.hash == hash && stored.convseq == convseq ? .duplicate(stored.outcome) : .idReuse
        }
        if convseq <= lastApplied { return .idReuse }
        return convseq == lastApplied + 1 ? .apply : .gap(expected: lastApplied + 1)
    }
}
