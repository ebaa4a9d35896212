// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// An event in a case's history.
package protocol CaseEvent: EventPayload {
    /// Whether the timeline has a place for it.
    static var isShown: Bool { get }
    /// How its customer can be reached, as far as it holds that.
    var reached: [ContactPoint] { get }
    /// What the timeline says; `nil` where it shows something else, or nothing.
    func told(_ event: Event, _ scene: CaseScene) -> Phrase?
}

extension CaseEvent {
    package static var isShown: Bool { true }
    package var reached: [ContactPoint] { [] }
}

extension EventTypes {
    /// Those that no timeline has a place for.
    var unshown: [String] { all.filter { ($0 as? any CaseEvent.Type)?.isShown == false }.map { $0.type } }
}

/// What is known where a case's history is told.
package struct CaseScene {
    package let item: Case
    package let kind: (any CaseKind.Type)?
    package let moments: Moments
    /// What has been read already of what events are about; each sort has a key of its own.
    package var material = Services()

    package func title(ofStage name: String) -> Phrase {
        Phrase(stringLiteral: kind?.lifecycle.stage(name)?.title ?? name)
    }
}

/// Somebody, or a group of people, by the name they had then.
package struct Named: Codable, Sendable, Equatable {
    package let id: String
    package let name: String

    package init(_ id: some CustomStringConvertible, _ name: String) {
        self.id = id.description
        self.name = name
    }
}
