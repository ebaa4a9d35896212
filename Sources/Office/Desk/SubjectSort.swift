// SPDX-License-Identifier: Apache-2.0
import Foundation
import Web

/// A sort of thing that events are about: what each is called, where it is found, and whose it is.
package struct SubjectSort: Sendable {
    package struct Label: Sendable {
        package let title: String
        /// Its page; `nil` where it has none.
        package let href: String?
        /// The customer whom it concerns.
        package let customer: UUID?

        package init(_ title: String, href: String? = nil, customer: UUID? = nil) {
            self.title = title
            self.href = href
            self.customer = customer
        }
    }

    /// As event types name it: `case`.
    package let name: String
    /// What these are called now; what is gone has no label.
    package let labels: @Sendable ([UUID], Desk) throws -> [UUID: Label]

    /// Reads what its events need to be told.
    package let prepare: @Sendable ([Event], Desk, inout EventScene) throws -> Void

    package init(
        _ name: String, prepare: @escaping @Sendable ([Event], Desk, inout EventScene) throws -> Void = { _, _, _ in },
        labels: @escaping @Sendable ([UUID], Desk) throws -> [UUID: Label]
    ) {
        self.name = name
        self.prepare = prepare
        self.labels = labels
    }
}

private enum SubjectSortsKey: ServiceKey { static let defaultValue: [String: SubjectSort] = [:] }

extension Kernel {
    package var subjectSorts: [String: SubjectSort] {
        get { self[SubjectSortsKey.self] }
        set { self[SubjectSortsKey.self] = newValue }
    }
}

extension Desk {
    /// What is needed to tell these events, sort by sort.
    package func scene(of events: [Event], _ moments: Moments) throws -> EventScene {
        try Dictionary(grouping: events, by: \.sort).reduce(into: EventScene(moments)) { scene, sort in
            try kernel.subjectSorts[sort.key]?.prepare(sort.value, self, &scene)
        }
    }

    /// What the subjects of these events are called now, sort by sort.
    package func labels(of events: [Event]) throws -> [UUID: SubjectSort.Label] {
        let sorts = Dictionary(grouping: events, by: \.sort)
        return try sorts.reduce(into: [:]) { labels, sort in
            let found = try kernel.subjectSorts[sort.key]?.labels(Array(Set(sort.value.map(\.subject))), self) ?? [:]
            labels.merge(found) { first, _ in first }
        }
    }
}
