// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// Something that waits for somebody, by what a feature knows.
package struct WaitingSource: Sendable {
    /// Whom it waits for.
    package let permission: Permission
    private(set) var feature: String?
    /// What is due first, then the newest; at most so many.
    fileprivate let find: @Sendable (StaffCaller, Desk, Int) throws -> [Waiting]
    /// A query for how many there are, which need not count beyond a hundred.
    fileprivate let counting: @Sendable (StaffCaller, Desk) -> SQL

    package init(
        for permission: Permission, find: @escaping @Sendable (StaffCaller, Desk, Int) throws -> [Waiting],
        counting: @escaping @Sendable (StaffCaller, Desk) -> SQL
    ) {
        self.permission = permission
        self.find = find
        self.counting = counting
    }

    func of(_ feature: String?) -> WaitingSource {
        var source = self
        source.feature = feature
        return source
    }
}

/// A thing that waits for somebody, and why.
package struct Waiting: Sendable {
    /// As JSON says it: `answered`.
    package let why: String
    /// The same in words, with who waits or was asked: "Velora answered; pass it on".
    package let words: Phrase
    /// The number of the thing.
    package let number: String
    package let title: String
    /// Its page on this node.
    package let href: String
    /// The company or the customer that is waiting, or was asked, and its colour.
    package let who: String
    package let colour: Int
    package let due: Timestamp?
    package let updatedAt: Timestamp
    /// Why it came back, in the words of who gave it back.
    package let reason: String

    package init(
        _ why: String, _ words: Phrase, number: String, title: String, href: String, who: String, colour: Int, due: Timestamp?,
        updatedAt: Timestamp, reason: String = ""
    ) {
        self.why = why
        self.words = words
        self.number = number
        self.title = title
        self.href = href
        self.who = who
        self.colour = colour
        self.due = due
        self.updatedAt = updatedAt
        self.reason = reason
    }
}

private enum WaitingSourcesKey: ServiceKey { static let defaultValue: [WaitingSource] = [] }

extension Kernel {
    package var waitingSources: [WaitingSource] {
        get { self[WaitingSourcesKey.self] }
        set { self[WaitingSourcesKey.self] = newValue }
    }
}

extension Desk {
    private func waitingSources(for viewer: StaffCaller) -> [WaitingSource] {
        kernel.waitingSources.filter { viewer.may($0.permission) && enterprise.has($0.feature) }
    }

    /// A query for how much waits for somebody, which need not count beyond a hundred.
    package func countingWaiting(for viewer: StaffCaller) -> SQL {
        .sum(waitingSources(for: viewer).map { $0.counting(viewer, self) })
    }

    /// What waits for somebody: what is due first, then the newest. Of each source at most so many, so that none hides another's.
    package func waiting(for viewer: StaffCaller, limit: Int = 40) throws -> [Waiting] {
        let all = try waitingSources(for: viewer).flatMap { try $0.find(viewer, self, limit) }
        return all.sorted { one, other in
            switch (one.due, other.due) {
            case (let due?, let later?): due < later
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): one.updatedAt > other.updatedAt
            }
        }
    }
}
